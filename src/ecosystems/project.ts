import { z } from 'zod';
import { PROJECT } from './places.js';

/** Of a text file, in characters: what is longer may hold more than is seen. */
export const HEAD_CHARS = 16_384;

/** What `image/opt/find-root.mjs` prints about an unpacked project. */
export const foundProject = z.object({
  /** The folder of the manifest. */
  root: z.string().startsWith(PROJECT).max(4096),
  /** Which of the files and folders that tell a package manager (`tellingFiles`) are at the root. */
  files: z.array(z.string().max(64)).max(64),
  /** The first `HEAD_CHARS` of those that are text files, by name. */
  heads: z.record(z.string().max(64), z.string().max(HEAD_CHARS)),
  /** package.json; empty where the manifest is another one. */
  manifest: z.record(z.string(), z.unknown()),
  /** Variables that settings of the project ask for and that are not set in the sandbox, with what each is used for. */
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

/** The scripts that package.json names, in its order. */
export function namedScripts({ manifest }: FoundProject): readonly string[] {
  return Object.entries(scriptsPart.parse(manifest.scripts ?? {})).flatMap(([name, text]) =>
    typeof text === 'string' ? [name] : [],
  );
}

/** The package manager that package.json asks for. */
export interface AskedManager {
  readonly name: string;
  /** A version, or a range in `devEngines`; empty where none is given. */
  readonly version: string;
  /** As a person would write it, e.g. `pnpm@9.15.9`. */
  readonly text: string;
}

/**
 * What package.json asks for, any of them: `packageManager` (`pnpm@9.15.9+sha512.…`, as corepack reads it), else
 * `devEngines.packageManager` (as npm 11 reads it).
 */
export function askedManagers({ manifest }: FoundProject): readonly AskedManager[] {
  if (typeof manifest.packageManager === 'string') {
    const text = (manifest.packageManager.split('+')[0] ?? '').slice(0, 100);
    // The version may be an address with more of them.
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

/** What package.json asks of one manager; undefined where it does not ask for it. */
export function askedVersion(project: FoundProject, name: string): AskedManager | undefined {
  return askedManagers(project).find((asked) => asked.name === name);
}

/** The major version that a version or range begins with; undefined where it does not begin with one. */
export function majorOf(version: string): number | undefined {
  const major = /^[^\d]*(\d+)/.exec(version)?.[1];
  return major === undefined ? undefined : Number(major);
}
