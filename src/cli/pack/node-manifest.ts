import { z } from 'zod';
import { UsageError } from '../usage.js';

const strings = z.record(z.string(), z.unknown()).catch({});

const manifestSchema = z.object({
  dependencies: strings,
  devDependencies: strings,
  optionalDependencies: strings,
  overrides: z.unknown().optional(),
  resolutions: z.unknown().optional(),
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
/** What of a `package.json` decides which other files an install needs. What is odd in it counts as absent. */
export type NodeManifest = z.infer<typeof manifestSchema>;

/** @throws UsageError when it is no JSON object */
export function parseManifest(path: string, text: string): NodeManifest {
  try {
    return manifestSchema.parse(JSON.parse(text.replace(/^\ufeff/, '')));
  } catch (cause) {
    const why = cause instanceof SyntaxError ? cause.message : 'not a JSON object';
    throw new UsageError(`${path}: ${why}`, 'packwarden analyze --help');
  }
}

/** Every text in dependencies, overrides and resolutions: versions, ranges, paths, addresses. */
export function specsOf(manifest: NodeManifest): readonly string[] {
  const { dependencies, devDependencies, optionalDependencies, overrides, resolutions, pnpm } = manifest;
  return textsIn([dependencies, devDependencies, optionalDependencies, overrides, resolutions, pnpm.overrides], 8);
}

function textsIn(value: unknown, depth: number): readonly string[] {
  if (typeof value === 'string') return [value];
  if (depth === 0 || typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap((inner) => textsIn(inner, depth - 1));
}

/** Paths of the patch files that the manifest names: pnpm's `patchedDependencies`, yarn's `patch:` protocol. */
export function patchFilesOf(manifest: NodeManifest): readonly string[] {
  const byYarn = specsOf(manifest).flatMap(
    (spec) => /^patch:.*#(?:~\/)?(?!~builtin|optional!builtin)(.+)$/.exec(spec)?.[1] ?? [],
  );
  return [...textsIn(manifest.pnpm.patchedDependencies ?? {}, 2), ...byYarn];
}

/** A folder or tarball that a dependency's text points to; null when it is no local one. */
export function localPathOf(spec: string): string | null {
  const [, path] = /^(?:file:|link:|portal:)(.*)$/.exec(spec) ?? [];
  if (path !== undefined) return path.replace(/^\/\/(?=\.)/, '');
  return /^\.{1,2}(\/|$)/.test(spec) ? spec : null;
}

/** What npm, yarn and pnpm run by themselves for the project and its workspaces. */
const LIFECYCLE = ['preinstall', 'install', 'postinstall', 'prepublish', 'preprepare', 'prepare', 'postprepare'];

/** Programs that look at no source file of the project. */
const NEEDS_NO_SOURCES =
  /^(?:(?:npx|yarn|pnpm exec|npm exec --)\s+)?(?:husky(?:\s+install)?|lefthook\s+install|simple-git-hooks|only-allow\s+\w+|patch-package|is-ci|true|exit\s+0|echo\b.*)$/;

/** Lifecycle scripts that may read any file of the project, as `name: command`. */
export function scriptsThatNeedSources(manifest: NodeManifest): readonly string[] {
  return LIFECYCLE.flatMap((name) => {
    const command = manifest.scripts[name];
    if (typeof command !== 'string') return [];
    const parts = command.split(/&&|\|\||;/).map((part) => part.trim());
    return parts.every((part) => part === '' || NEEDS_NO_SOURCES.test(part)) ? [] : [`${name}: ${command}`];
  });
}

/** Files that a package manager links: an install of some fails when they are not there. */
export function binFilesOf(manifest: NodeManifest): readonly string[] {
  if (manifest.bin === undefined) return [];
  return textsIn(manifest.bin, 2);
}
