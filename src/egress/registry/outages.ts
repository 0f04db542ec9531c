import type { Target } from '../target.js';
import type { PackageAsked } from './package-asked.js';

/** Requests that a registry failed to answer, also when they were repeated. */
export interface RegistryOutage {
  readonly host: string;
  readonly port: number;
  /** Reason of the last failure: `answered 503`, `did not answer in time`. */
  readonly reason: string;
  /** Number of distinct failed requests. */
  readonly missing: number;
  /** Names of the first few that requested a package file; without them an install is incomplete. */
  readonly packages: readonly string[];
}

/** Limit per registry for a large install; beyond that it is obvious that the registry is unavailable. */
const MAX_PATHS = 2_000;
const SHOWN = 5;

interface Missing {
  readonly reason: string;
  readonly about: PackageAsked | undefined;
}

/** The requests of one sandbox that the registries have not answered yet; of bounded size. */
export class OutageLog {
  readonly #missing = new Map<string, { readonly target: Target; readonly paths: Map<string, Missing> }>();

  failed(target: Target, path: string, missing: Missing): void {
    const paths = this.#of(target);
    paths.delete(path);
    if (paths.size < MAX_PATHS) paths.set(path, missing);
  }

  given(target: Target, path: string): void {
    this.#missing.get(keyOf(target))?.paths.delete(path);
  }

  outages(): readonly RegistryOutage[] {
    return [...this.#missing.values()].flatMap(({ target: { host, port }, paths }) => {
      const all = [...paths.values()];
      const last = all.at(-1);
      if (last === undefined) return [];
      const packages = all.flatMap(({ about }) => (about?.kind === 'package' ? about.name : []));
      const shown = [...new Set(packages)].slice(0, SHOWN);
      return [{ host, port, reason: last.reason, missing: all.length, packages: shown }];
    });
  }

  #of(target: Target): Map<string, Missing> {
    const known = this.#missing.get(keyOf(target));
    if (known !== undefined) return known.paths;
    const paths = new Map<string, Missing>();
    this.#missing.set(keyOf(target), { target, paths });
    return paths;
  }
}

function keyOf({ host, port }: Target): string {
  return `${host}:${port}`;
}
