import { z } from 'zod';
import type { InstalledPackage } from '../../ecosystems/installed-package.js';
import type { LoadedPackage } from '../../report/phase.js';
import { specOf } from '../../report/spec.js';
import type { ImportTarget } from './import-plan.js';

/** Limit for the output of one import phase, in bytes. */
export const MAX_RESULT_BYTES = 4 * 1024 * 1024;
const MAX_FAILED = 8;
const MAX_REPLACED = 40;
const MAX_UNREACHED = 4;

const text = z.string().max(4096);
const loadLine = z.object({
  folder: text,
  ms: z.number().nonnegative(),
  error: text.nullable(),
  /** The signal that ended it, unless it was sent by the worker. */
  killed: z.string().max(16).nullable(),
  failed: z.array(text).max(MAX_FAILED),
  replaced: z.array(z.string().max(100)).max(MAX_REPLACED).default([]),
  unreached: z.array(z.string().max(100)).max(MAX_UNREACHED).default([]),
});
const toolLine = z.object({ folder: text, bin: text, error: text.nullable() });
const lineSchema = z.union([toolLine, loadLine]);

/** The loader's results, and what is wrong with them: the loader runs next to code that may write in its name. */
export interface ImportResults {
  readonly loaded: readonly LoadedPackage[];
  /** Folders of the packages that could be loaded. */
  readonly worked: ReadonlySet<string>;
  /** Null if each planned package has exactly one result and there is nothing unexpected. */
  readonly problem: string | null;
  /** The planned packages without a result, as `name@version`. */
  readonly withoutResult: readonly string[];
}

/** Parses the output of `image/opt/import-all.mjs`. Never throws: malformed lines are a problem of the run. */
export function readImportResults(
  output: string,
  plan: readonly ImportTarget[],
  packages: readonly InstalledPackage[],
): ImportResults {
  const installed = new Map(packages.map((pkg) => [pkg.realPath, pkg]));
  const planned = new Map(plan.map((target) => [target.folder, target]));
  const loaded = new Map<string, LoadedPackage>();
  let problem: string | null = null;
  for (const line of output.split('\n').filter((candidate) => candidate !== '')) {
    const parsed = parseLine(line);
    const target = parsed && planned.get(parsed.folder);
    if (!parsed || !target) problem ??= 'the loader reported something that was not requested';
    else if ('bin' in parsed) noteTool(loaded.get(parsed.folder), parsed);
    else if (loaded.has(parsed.folder)) problem ??= `two results came for ${target.name}`;
    else {
      loaded.set(parsed.folder, toLoaded(target, installed.get(parsed.folder), parsed));
      if (isKill(parsed.killed)) problem ??= `${target.name} was stopped by ${parsed.killed} while it was loaded`;
    }
  }
  const withoutResult = plan
    .filter(({ folder }) => !loaded.has(folder))
    .map(({ name, folder }) => specOf({ name, version: installed.get(folder)?.version ?? '' }));
  if (withoutResult.length > 0) problem ??= `${withoutResult.length} of ${plan.length} packages have no result`;
  const worked = [...loaded].filter(([, { ok }]) => ok).map(([folder]) => folder);
  return { loaded: [...loaded.values()], worked: new Set(worked), problem, withoutResult };
}

/** Whether it was killed from outside: a program that crashes dies by another signal (SIGSEGV, SIGABRT, SIGILL …). */
function isKill(signal: string | null): boolean {
  return signal !== null && /^SIG(?:KILL|TERM|INT|HUP|QUIT|USR1|USR2|PIPE|ALRM)$/.test(signal);
}

function parseLine(line: string): z.infer<typeof lineSchema> | undefined {
  try {
    return lineSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

function toLoaded(
  { name, bins }: ImportTarget,
  pkg: InstalledPackage | undefined,
  { ms, error, failed, replaced, unreached }: z.infer<typeof loadLine>,
): LoadedPackage {
  // If none of a package's tools is run, none counts as left out.
  const tools = bins.length === 0 ? 0 : (pkg?.bins?.length ?? 0) - bins.length;
  const left = tools > 0 ? [...unreached, `${tools} command line tools`] : unreached;
  return {
    name,
    version: pkg?.version ?? '',
    ok: error === null,
    ms: Math.round(ms),
    ...(error === null ? {} : { error }),
    ...(failed.length === 0 ? {} : { failed }),
    ...(replaced.length === 0 ? {} : { replaced }),
    ...(left.length === 0 ? {} : { unreached: left }),
  };
}

function noteTool(loaded: LoadedPackage | undefined, { folder, bin, error }: z.infer<typeof toolLine>): void {
  if (!loaded || error === null) return;
  const tool = bin.startsWith(`${folder}/`) ? bin.slice(folder.length + 1) : bin;
  loaded.failed = [...(loaded.failed ?? []), `${tool} --help: ${error}`].slice(0, MAX_FAILED);
}
