import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { InstalledPackage } from '../../src/ecosystems/installed-package.js';
import { type StepKind, Steps } from '../../src/report/evidence/steps.js';
import { PROJECT, pkg } from './evidence.js';

/** All alerts of whole jobs as a real Falco 0.40 gave them; absent where only this repository is checked out. */
const RECORDED_JOBS = fileURLToPath(new URL('../../../shared/falco/jobs', import.meta.url));
export const noRecordedJobs = !existsSync(RECORDED_JOBS);

type Fields = Record<string, string | number | null>;

/** One line of a recording: Falco's JSON. */
interface Line {
  readonly time: string;
  readonly hostname: string;
  readonly output: string;
  readonly priority: string;
  readonly rule: string;
  readonly tags: readonly string[];
  readonly output_fields: Fields;
}

/** A recorded job in the form that the worker has now. */
export interface RecordedJob {
  /** As the gRPC outputs API sends them. */
  readonly messages: readonly object[];
  readonly containerId: string;
  readonly steps: Steps;
  readonly packages: readonly InstalledPackage[];
}

/** By the command that the worker started. */
const STEP_KINDS: readonly (readonly [RegExp, StepKind])[] = [
  [/^confine \/bin\/true /, 'canary'],
  [/^confine (?:tar|sh|node \/opt\/ci\/(?:find-root|settle-yarn|packages)|ruby \/opt\/ci\/gems)/, 'own'],
  [/^confine node \/opt\/ci\/import-all/, 'load'],
  [/^confine (?:npm|pnpm|yarn|yarn-berry|bundle) /, 'fetch'],
];

/**
 * A recorded job. The recordings were made when the package manager still ran the scripts: what its process started in the
 * folder of a package gets its own step, as the worker does now, and each step its name. Everything else is as Falco
 * reported it, including the actions of the package manager itself.
 */
export function recordedJob(name: string): RecordedJob {
  const text = gunzipSync(readFileSync(join(RECORDED_JOBS, `${name}.jsonl.gz`))).toString('utf8');
  // Our own programs have been moved since the recordings were made.
  const lines = text
    .replaceAll('/opt/packwarden/load.cjs', '/opt/packwarden/node/load.cjs')
    .replaceAll('/opt/packwarden/', '/opt/ci/')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  const steps = new Steps();
  const packages = new Map<string, InstalledPackage>([[PROJECT, pkg('.')]]);
  const managers = new Set<unknown>();
  const adapted = lines.flatMap((line) => {
    const { output_fields: fields } = line;
    if (line.rule !== 'Packwarden process trace') return [line];
    const cmdline = String(fields['proc.cmdline']);
    const loaded = /load\.cjs (\S+)/.exec(cmdline)?.[1];
    if (loaded !== undefined) addPackage(packages, `${PROJECT}/node_modules/${loaded}`);
    const kind = STEP_KINDS.find(([pattern]) => pattern.test(cmdline))?.[1];
    if (kind !== undefined) {
      const id = String(fields['proc.pid']);
      steps.add({ id, kind, folder: null });
      if (kind === 'fetch') managers.add(fields['proc.pid']);
      return [
        { ...line, output_fields: { ...fields, 'proc.cmdline': cmdline.replace('confine ', `confine step=${id} `) } },
      ];
    }
    const folder = String(fields['proc.cwd']).replace(/\/$/, '');
    if (!managers.has(fields['proc.ppid']) || folder === PROJECT || !folder.startsWith(PROJECT)) return [line];
    return [asStep(line, folder, steps, packages), line];
  });
  const withoutForks = adapted.filter(
    ({ rule, output_fields: fields }) => rule !== 'Packwarden fork trace' || !managers.has(fields['proc.pid']),
  );
  const names = [...packages.values()].slice(1).map(({ name: dependency }) => dependency);
  const all = [...packages.values()];
  return {
    messages: withoutForks.map(toMessage),
    containerId: String(lines.at(-1)?.output_fields['container.id']),
    steps,
    packages: [{ ...(all[0] as InstalledPackage), dependencies: names }, ...all.slice(1)],
  };
}

/** The trace of the worker's step in which a package's script ran. */
function asStep(line: Line, folder: string, steps: Steps, packages: Map<string, InstalledPackage>): Line {
  addPackage(packages, folder, ['install']);
  const id = String(line.output_fields['proc.pid']);
  steps.add({ id, kind: 'scripts', folder });
  const fields = {
    ...line.output_fields,
    'proc.ppid': 1,
    'proc.exepath': '/opt/ci/confine',
    'proc.cmdline': `confine step=${id} node run-scripts`,
  };
  return { ...line, output_fields: fields };
}

function addPackage(packages: Map<string, InstalledPackage>, folder: string, scripts: string[] = []): void {
  if (packages.has(folder) && scripts.length === 0) return;
  const known = pkg(folder.slice(PROJECT.length + 1), [], scripts);
  packages.set(folder, { ...known, name: known.name.replace(/^packages\//, '') });
}

/** JSON alerts have numbers and `null` where gRPC has strings and `<NA>` (Falco 0.40). */
function toMessage({ time, hostname, output, priority, rule, tags, output_fields: fields }: Line): object {
  const [second = '', nanos = '0'] = time.replace('Z', '').split('.');
  return {
    time: { seconds: String(Date.parse(`${second}Z`) / 1000), nanos: Number(nanos.padEnd(9, '0')) },
    priority: priority.toUpperCase(),
    source: 'syscall',
    rule,
    output,
    output_fields: Object.fromEntries(
      Object.entries(fields).map(([key, value]) => [key, value === null ? '<NA>' : String(value)]),
    ),
    hostname,
    tags: [...tags],
  };
}
