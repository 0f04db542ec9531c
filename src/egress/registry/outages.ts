import type { Target } from '../target.js';
import type { PackageAsked } from './package-asked.js';

/** What a registry was asked for and did not give, not when it was asked again either. */
export interface RegistryOutage {
  readonly host: string;
  readonly port: number;
  /** The last one's, in our words: `answered 503`, `does not answer in time`. */
  readonly reason: string;
  /** Different things that it did not give. */
  readonly missing: number;
  /** Those of them that were a package itself, the first few by name; without them an install is none. */
  readonly packages: readonly string[];
}

/** A registry that is away for a large install; beyond that it is known to be away. */
const MAX_PATHS = 2_000;
const SHOWN = 5;

interface Missing {
  readonly reason: string;
  readonly about: PackageAsked | undefined;
}

/** What the registries of one sandbox still owe, in bounded space. */
export class OutageBook {
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
