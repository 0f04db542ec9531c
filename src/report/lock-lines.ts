import type { PackageRef, Report } from './report.js';
import { specOf } from './spec.js';

/** A place where a file names a package; some files name it without a version. */
interface Entry {
  readonly name: string;
  readonly version: string | null;
  /** From 1. */
  readonly line: number;
}

type Reader = (lines: readonly string[]) => Iterable<Entry>;

/** Nothing that is read here is longer; what is, is somebody's trick or minified. */
const MAX_LINE_CHARS = 2_000;

/** A heading that names a package, and its version on a line below. */
function headed(nameOf: (line: string) => string | undefined, version: RegExp): Reader {
  return function* read(lines) {
    let open: Entry | undefined;
    for (const [index, line] of lines.entries()) {
      const name = nameOf(line);
      const found = open === undefined ? undefined : version.exec(line)?.[1];
      if (name !== undefined) {
        if (open !== undefined) yield open;
        open = { name, version: null, line: index + 1 };
      } else if (open !== undefined && found !== undefined) {
        yield { ...open, version: found };
        open = undefined;
      }
    }
    if (open !== undefined) yield open;
  };
}

/** One line that names a package, with its version in the second group or without one. */
function listed(pattern: RegExp): Reader {
  return function* read(lines) {
    for (const [index, line] of lines.entries()) {
      const [, name, version = null] = pattern.exec(line) ?? [];
      if (name !== undefined) yield { name, version, line: index + 1 };
    }
  };
}

/** `"node_modules/a/node_modules/b": {` of lock file versions 2 and 3, `"b": {` of version 1. */
const packageLock = headed(
  (line) => /^\s*"([^"\\]+)": ?\{/.exec(line)?.[1]?.split('node_modules/').at(-1),
  /^\s*"version": ?"([^"\\]+)"/,
);

/** `foo@^1.0.0, foo@^1.1.0:` of yarn 1, `"foo@npm:^1.0.0":` of later ones. */
const yarnLock = headed((line) => /^"?(@?[^@\s"#]+)@/.exec(line)?.[1], /^ {2}version:? "?([^"\s]+)"?$/);

/** `foo@1.0.0:`, of older lock files `/foo@1.0.0(peer):` and `/foo/1.0.0_peer:`, with or without a scope. */
const pnpmLock = listed(/^ {2}['"]?\/?((?:@[^@/'"]+\/)?[^@/'"\s]+)[@/]([^'"(:_]+)/);

const gemfileLock = listed(/^ {4}([^\s(]+) \(([^)]+)\)$/);
const gemfile = listed(/^\s*gem[\s(]+['"]([^'"]+)['"]/);

/** The entries of the dependency sections: elsewhere the same word is a script or a setting. */
function* packageJson(lines: readonly string[]): Iterable<Entry> {
  let inside = false;
  for (const [index, line] of lines.entries()) {
    if (/^\s*"(?:dev|optional|peer)?[dD]ependencies": ?\{/.test(line)) inside = true;
    else if (/^\s*\}/.test(line)) inside = false;
    const name = inside ? /^\s*"([^"\\]+)": ?"/.exec(line)?.[1] : undefined;
    if (name !== undefined) yield { name, version: null, line: index + 1 };
  }
}

const READERS: Readonly<Record<string, Reader>> = {
  'npm-shrinkwrap.json': packageLock,
  'package-lock.json': packageLock,
  'yarn.lock': yarnLock,
  'pnpm-lock.yaml': pnpmLock,
  'package.json': packageJson,
  'Gemfile.lock': gemfileLock,
  'gems.locked': gemfileLock,
  Gemfile: gemfile,
  'gems.rb': gemfile,
};

const FILES: Readonly<Record<string, readonly string[]>> = {
  npm: ['npm-shrinkwrap.json', 'package-lock.json', 'package.json'],
  yarn: ['yarn.lock', 'package.json'],
  pnpm: ['pnpm-lock.yaml', 'package.json'],
  bundler: ['Gemfile.lock', 'gems.locked', 'Gemfile', 'gems.rb'],
};

/** The files of the project's root that may say what a package manager installs, the one that decides first. */
export function decidingFiles(manager: string): readonly string[] {
  return FILES[manager] ?? ['package.json'];
}

/**
 * Where a file of `decidingFiles` names each of `packages`: `name@version` → line, from 1. One that it names in another
 * version, or not at all, is found by its name, or at the direct dependency that pulls it in; one that is not found either
 * way is not in the answer. The text is the project's own and may be anything: the cost is one look at each of its lines.
 */
export function linesOf(
  file: string,
  text: string,
  packages: readonly PackageRef[],
): NonNullable<Report['lockFile']>['lines'] {
  const wanted = new Set(packages.flatMap(({ name, path }) => [name, ...path.slice(1, 2)]));
  const exact = new Map<string, number>();
  const byName = new Map<string, number>();
  const lines = text.split('\n').map((line) => line.slice(0, MAX_LINE_CHARS).trimEnd());
  for (const { name, version, line } of READERS[file]?.(lines) ?? []) {
    if (!wanted.has(name)) continue;
    if (!byName.has(name)) byName.set(name, line);
    if (version === null) continue;
    const key = specOf({ name, version });
    if (!exact.has(key)) exact.set(key, line);
  }
  const found = packages.flatMap(({ name, version, path }) => {
    const key = specOf({ name, version });
    const line = exact.get(key) ?? byName.get(name) ?? byName.get(path[1] ?? name);
    return line === undefined ? [] : [[key, line] as const];
  });
  return Object.fromEntries(found);
}
