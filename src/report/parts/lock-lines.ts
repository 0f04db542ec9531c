import type { DecidingFile } from '../../ecosystems/lock-lines.js';
import { MANAGERS } from '../../ecosystems/managers.js';
import type { PackageRef } from '../finding.js';
import type { Report } from '../report.js';
import { specOf } from '../spec.js';
import { reportedManager } from './reported-manager.js';

/** No line of interest is longer: a longer one is minified, or made to slow down the search. */
const MAX_LINE_CHARS = 2_000;

const READABLE: readonly DecidingFile[] = MANAGERS.flatMap(({ lock }) => lock.deciding);

/** The files in the project's root that can determine what the report's package manager installs, in the order of precedence. */
export function decidingFiles(report: Pick<Report, 'manager' | 'ecosystem'>): readonly string[] {
  return reportedManager(report).lock.deciding.map(({ name }) => name);
}

/**
 * The line of a deciding file at which each of `packages` is named: `name@version` → line, counted from 1. If the file does not
 * name that version, the line is that of another version of the package, or else of the direct dependency that pulls it in. A
 * package with none of these is not in the result. The text comes from the project and may be anything, so each line is looked at
 * only once.
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
  const reader = READABLE.find(({ name }) => name === file);
  for (const { name, version, line } of reader?.packagesIn(lines) ?? []) {
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
