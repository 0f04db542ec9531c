import type { DecidingFile } from '../ecosystems/lock-lines.js';
import { MANAGERS } from '../ecosystems/managers.js';
import type { PackageRef } from './finding.js';
import type { Report } from './report.js';
import { reportedManager } from './reported-manager.js';
import { specOf } from './spec.js';

/** Nothing that is read here is longer; what is, is somebody's trick or minified. */
const MAX_LINE_CHARS = 2_000;

const READABLE: readonly DecidingFile[] = MANAGERS.flatMap(({ lock }) => lock.deciding);

/** The files of the project's root that may say what the report's package manager installed, the one that decides first. */
export function decidingFiles(report: Pick<Report, 'manager' | 'ecosystem'>): readonly string[] {
  return reportedManager(report).lock.deciding.map(({ name }) => name);
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
