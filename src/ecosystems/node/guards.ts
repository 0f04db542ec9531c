import { arch } from 'node:os';
import { satisfies, validRange } from 'semver';
import { z } from 'zod';
import { askedManagers, type FoundProject } from '../project.js';
import { VERSIONS } from '../versions.js';

/** A manager of node_modules as it runs here. */
export interface RunningManager {
  readonly name: string;
  readonly version: string;
}

/** A guard that does not hold: a path of package.json's members, and what it demands. */
export interface FailedGuard {
  readonly path: readonly string[];
  readonly demand: string;
}

const demand = z.object({ name: z.string().max(100), version: z.string().max(100).optional() });
const demands = z.union([demand.transform((one) => [one]), z.array(demand)]);

/**
 * The guards of the root's package.json that what runs here does not pass: `packageManager`, `engines` (of Node and of the manager)
 * and `devEngines` (as npm 11 reads it). Installing goes on without them, and the report names them.
 */
export function failedGuards(project: FoundProject, manager: RunningManager): readonly FailedGuard[] {
  return [...packageManagerGuard(project, manager), ...engineGuards(project, manager), ...devGuards(project, manager)];
}

/** As the report names it, e.g. `engines.pnpm <10 of package.json`. */
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
    // npm stops at what it does not know, too.
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

/** A range that is none admits everything: npm and pnpm only warn of it. */
function admits(range: string, version: string): boolean {
  return validRange(range) === null || satisfies(version, range, { includePrerelease: true });
}
