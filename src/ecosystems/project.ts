import { z } from 'zod';
import { PROJECT } from './places.js';

/** How many characters of a text file are read; a file of this size may contain more. */
export const HEAD_CHARS = 16_384;

/** The output of `image/opt/find-root.mjs` about an unpacked project. */
export const foundProject = z.object({
  /** The folder of the manifest. */
  root: z.string().startsWith(PROJECT).max(4096),
  /** Which of the files and folders that identify a package manager (`identifyingFiles`) are in the root. */
  files: z.array(z.string().max(64)).max(64),
  /** The first `HEAD_CHARS` characters of those that are text files, by name. */
  heads: z.record(z.string().max(64), z.string().max(HEAD_CHARS)),
  /** package.json; empty for projects with another manifest. */
  manifest: z.record(z.string(), z.unknown()),
  /** Variables that the project's settings refer to and that are not set in the sandbox, with their use. */
  unset: z
    .array(z.object({ name: z.string().max(100), use: z.enum(['token', 'registry', 'url', 'host', 'nothing']) }))
    .max(64),
});
export type FoundProject = Readonly<z.infer<typeof foundProject>>;

const nameAndVersion = z.object({ name: z.string().max(214), version: z.string().max(100).catch('') });
const devEngines = z.object({
  packageManager: z.union([nameAndVersion.transform((one) => [one]), z.array(nameAndVersion)]),
});

const scriptsPart = z.record(z.string(), z.unknown()).catch({});

/** The names of the scripts in package.json, in its order. */
export function namedScripts({ manifest }: FoundProject): readonly string[] {
  return Object.entries(scriptsPart.parse(manifest.scripts ?? {})).flatMap(([name, text]) =>
    typeof text === 'string' ? [name] : [],
  );
}

/** The package manager that package.json asks for. */
export interface AskedManager {
  readonly name: string;
  /** A version, or a range in `devEngines`; may be empty. */
  readonly version: string;
  /** As a person would write it, e.g. `pnpm@9.15.9`. */
  readonly text: string;
}

/**
 * The managers that package.json asks for, supported or not: `packageManager` (`pnpm@9.15.9+sha512.…`, as corepack reads it), otherwise
 * `devEngines.packageManager` (as npm 11 reads it).
 */
export function askedManagers({ manifest }: FoundProject): readonly AskedManager[] {
  if (typeof manifest.packageManager === 'string') {
    const text = (manifest.packageManager.split('+')[0] ?? '').slice(0, 100);
    // The version may be a URL, which may contain an @ as well.
    const at = text.indexOf('@', 1);
    return [
      at > 0 ? { name: text.slice(0, at), version: text.slice(at + 1), text } : { name: text, version: '', text },
    ];
  }
  const engines = devEngines.safeParse(manifest.devEngines).data?.packageManager ?? [];
  return engines.map((engine) => ({
    ...engine,
    text: engine.version === '' ? engine.name : `${engine.name}@${engine.version}`,
  }));
}

/** What package.json asks for, for one manager; undefined if it does not ask for it. */
export function askedVersion(project: FoundProject, name: string): AskedManager | undefined {
  return askedManagers(project).find((asked) => asked.name === name);
}

/** The major version at the start of a version or range; undefined if there is none. */
export function majorOf(version: string): number | undefined {
  const major = /^[^\d]*(\d+)/.exec(version)?.[1];
  return major === undefined ? undefined : Number(major);
}
