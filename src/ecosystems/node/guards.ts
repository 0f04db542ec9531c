import { arch } from 'node:os';
import { satisfies, validRange } from 'semver';
import { z } from 'zod';
import { askedManagers, type FoundProject } from '../project.js';
import { VERSIONS } from '../versions.js';

/** A node_modules manager as it runs here. */
export interface RunningManager {
  readonly name: string;
  readonly version: string;
}

/** A guard that is not satisfied: its path in package.json, and what it demands. */
export interface FailedGuard {
  readonly path: readonly string[];
  readonly demand: string;
}

const demand = z.object({ name: z.string().max(100), version: z.string().max(100).optional() });
const demands = z.union([demand.transform((one) => [one]), z.array(demand)]);

/**
 * The guards in the root's package.json that this environment does not satisfy: `packageManager`, `engines` (of Node and of the manager)
 * and `devEngines` (as npm 11 reads it). The install ignores them, and the report lists them.
 */
export function failedGuards(project: FoundProject, manager: RunningManager): readonly FailedGuard[] {
  return [...packageManagerGuard(project, manager), ...engineGuards(project, manager), ...devGuards(project, manager)];
}

/** The text for the report, e.g. `engines.pnpm <10 of package.json`. */
export function textOf({ path, demand: text }: FailedGuard): string {
  return `${path.join('.')} ${text} of package.json`;
}

function packageManagerGuard(project: FoundProject, { name, version }: RunningManager): readonly FailedGuard[] {
  if (typeof project.manifest.packageManager !== 'string') return [];
  const [asked] = askedManagers(project);
  if (asked === undefined || (asked.name === name && asked.version === version)) return [];
  return [{ path: ['packageManager'], demand: asked.text }];
}

function engineGuards({ manifest }: FoundProject, { name, version }: RunningManager): readonly FailedGuard[] {
  const engines = z.record(z.string(), z.unknown()).safeParse(manifest.engines).data ?? {};
  const runs = { node: VERSIONS.NODE_VERSION, [name]: version };
  return Object.entries(runs).flatMap(([tool, has]): FailedGuard[] => {
    const range = engines[tool];
    return typeof range !== 'string' || admits(range, has)
      ? []
      : [{ path: ['engines', tool], demand: range.slice(0, 100) }];
  });
}

function devGuards({ manifest }: FoundProject, manager: RunningManager): readonly FailedGuard[] {
  const engines = z.record(z.string(), z.unknown()).safeParse(manifest.devEngines).data ?? {};
  const runs: Readonly<Record<string, RunningManager>> = {
    packageManager: manager,
    runtime: { name: 'node', version: VERSIONS.NODE_VERSION },
    os: { name: 'linux', version: '' },
    cpu: { name: arch(), version: '' },
    libc: { name: 'glibc', version: '' },
  };
  return Object.entries(engines).flatMap(([kind, value]): FailedGuard[] => {
    const path = ['devEngines', kind];
    const wanted = demands.safeParse(value).data;
    const has = runs[kind];
    // npm also stops at members that it does not know.
    if (wanted === undefined || has === undefined) return [{ path, demand: '(unknown)' }];
    const holds = wanted.some(
      ({ name, version = '' }) => name === has.name && (version === '' || admits(version, has.version)),
    );
    return holds ? [] : [{ path, demand: wanted.map(textOfDemand).join(' or ') }];
  });
}

function textOfDemand({ name, version = '' }: z.infer<typeof demand>): string {
  return version === '' ? name : `${name}@${version}`;
}

/** An invalid range admits everything: npm and pnpm only print a warning. */
function admits(range: string, version: string): boolean {
  return validRange(range) === null || satisfies(version, range, { includePrerelease: true });
}
