import { z } from 'zod';
import { PackingError } from '../recognition/packing.js';

const strings = z.record(z.string(), z.unknown()).catch({});

const manifestSchema = z.object({
  packageManager: z.string().catch(''),
  dependencies: strings,
  devDependencies: strings,
  optionalDependencies: strings,
  overrides: z.unknown().optional(),
  resolutions: z.unknown().optional(),
  patchedDependencies: strings,
  // pnpm's settings before version 11.
  pnpm: z.object({ overrides: z.unknown().optional(), patchedDependencies: strings }).partial().catch({}),
  scripts: strings,
  bin: z
    .union([z.string(), z.record(z.string(), z.unknown())])
    .optional()
    .catch(undefined),
  workspaces: z
    .union([z.array(z.string()), z.object({ packages: z.array(z.string()) }).transform(({ packages }) => packages)])
    .catch([]),
});
/** The parts of a `package.json` that determine which other files an install needs. Malformed parts count as absent. */
export type NodeManifest = z.infer<typeof manifestSchema>;

/** @throws PackingError `bad-manifest` if it is not a JSON object */
export function parseManifest(path: string, text: string): NodeManifest {
  try {
    return manifestSchema.parse(JSON.parse(text.replace(/^\ufeff/, '')));
  } catch (cause) {
    const why = cause instanceof SyntaxError ? cause.message : 'not a JSON object';
    throw new PackingError('bad-manifest', `${path}: ${why}`, { cause });
  }
}

/** All texts in dependencies, overrides and resolutions: versions, ranges, paths, addresses. */
export function specsOf(manifest: NodeManifest): readonly string[] {
  const { dependencies, devDependencies, optionalDependencies, overrides, resolutions, pnpm } = manifest;
  return textsIn([dependencies, devDependencies, optionalDependencies, overrides, resolutions, pnpm.overrides]);
}

/** All texts nested in a value, up to a depth that no legitimate one reaches. */
export function textsIn(value: unknown, depth = 8): readonly string[] {
  if (typeof value === 'string') return [value];
  if (depth === 0 || typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap((inner) => textsIn(inner, depth - 1));
}

/** Paths of the patch files that the manifest names: `patchedDependencies` of pnpm and Bun, yarn's `patch:` protocol. */
export function patchFilesOf(manifest: NodeManifest): readonly string[] {
  const byYarn = specsOf(manifest).flatMap(
    (spec) => /^patch:.*#(?:~\/)?(?!~builtin|optional!builtin)(.+)$/.exec(spec)?.[1] ?? [],
  );
  return [...textsIn([manifest.patchedDependencies, manifest.pnpm.patchedDependencies ?? {}]), ...byYarn];
}

/**
 * The folder or tarball that a dependency's text refers to; null if it is not a local one. All managers treat `a/b.tgz` as a repository on
 * GitHub, but `b.tgz` and `a/b/c.tgz` as files.
 */
export function localPathOf(spec: string): string | null {
  const [, path] = /^(?:file:|link:|portal:)(.*)$/.exec(spec) ?? [];
  if (path !== undefined) return path.replace(/^\/\/(?=\.)/, '');
  if (/^\.{1,2}(\/|$)/.test(spec)) return spec;
  return /^[^:@#]+\.(?:tgz|tar\.gz|tar)$/i.test(spec) && spec.split('/').length !== 2 ? spec : null;
}

/** Tarballs of the project named in a lock file, as written there, relative to its folder. */
export function tarballsNamedIn(lockFile: string): readonly string[] {
  const found = lockFile.matchAll(/\bfile:([^\s"'(){},:#]+\.(?:tgz|tar\.gz|tar))(?![\w.-])/gi);
  return [...new Set([...found].map(([, path = '']) => path))];
}

/** The scripts that node_modules managers run on their own for the project and its workspaces. */
const LIFECYCLE = ['preinstall', 'install', 'postinstall', 'prepublish', 'preprepare', 'prepare', 'postprepare'];

/** Programs that don't read source files of the project. */
const NEEDS_NO_SOURCES =
  /^(?:(?:npx|yarn|bunx|pnpm exec|npm exec --)\s+)?(?:husky(?:\s+install)?|lefthook\s+install|simple-git-hooks|only-allow\s+\w+|patch-package|is-ci|true|exit\s+0|echo\b.*)$/;

/** Lifecycle scripts that may read any file of the project, as `name: command`. */
export function scriptsThatNeedSources(manifest: NodeManifest): readonly string[] {
  return LIFECYCLE.flatMap((name) => {
    const command = manifest.scripts[name];
    if (typeof command !== 'string') return [];
    const parts = command.split(/&&|\|\||;/).map((part) => part.trim());
    return parts.every((part) => part === '' || NEEDS_NO_SOURCES.test(part)) ? [] : [`${name}: ${command}`];
  });
}

/** Files that a package manager links: with some managers an install fails if they are missing. */
export function binFilesOf(manifest: NodeManifest): readonly string[] {
  return manifest.bin === undefined ? [] : textsIn(manifest.bin, 2);
}
