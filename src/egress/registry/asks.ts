/** When a registry was asked, and from which local port of the sandbox. */
export interface AskedAt {
  readonly clientPort: number | undefined;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A package that was requested from a registry, with equal requests merged. */
export interface RegistryAsk {
  /** Host of the registry. */
  readonly host: string;
  readonly port: number;
  /** The name used by the registry; `OTHER_PACKAGES` for packages beyond the limit. */
  readonly name: string;
  /** `document`: the package's metadata; `package`: the file itself. */
  readonly kind: 'document' | 'package';
  /** The requested version or file, if the path names one. */
  readonly version?: string | undefined;
  /** Status of the registry's answer. */
  readonly status: number;
  readonly count: number;
  /** The first requests, and the last one. */
  readonly asked: readonly AskedAt[];
}

/** Stands for all packages beyond the limit; it is not a valid package name. */
export const OTHER_PACKAGES = '(others)';

/** A large install requests some thousand packages, each of them twice. */
const MAX_KEPT = 40_000;
const MAX_ASKED = 8;
/** npm's names have at most 214 characters. */
const MAX_NAME = 220;

type Kept = Omit<RegistryAsk, 'asked' | 'count'> & { count: number; readonly asked: AskedAt[] };

/** Every package that one sandbox requested from the registries; of bounded size. */
export class RegistryAskLog {
  readonly #kept = new Map<string, Kept>();

  constructor(private readonly now: () => number) {}

  note(asked: Omit<RegistryAsk, 'asked' | 'count'>, clientPort: number | undefined): void {
    const row = this.#row({
      ...asked,
      name: asked.name.slice(0, MAX_NAME),
      version: asked.version?.slice(0, MAX_NAME),
    });
    row.count += 1;
    if (row.asked.length >= MAX_ASKED) row.asked.pop();
    row.asked.push({ clientPort, at: this.now() });
  }

  asks(): readonly RegistryAsk[] {
    return [...this.#kept.values()].map((row) => ({ ...row, asked: [...row.asked] }));
  }

  #row(asked: Omit<Kept, 'asked' | 'count'>): Kept {
    const { host, port, name, kind, version, status } = asked;
    const key = `${host}:${port} ${kind} ${status} ${name} ${version ?? ''}`;
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    if (this.#kept.size >= MAX_KEPT && name !== OTHER_PACKAGES) {
      return this.#row({ ...asked, name: OTHER_PACKAGES, version: undefined });
    }
    const named = version === undefined ? {} : { version };
    const made: Kept = { host, port, name, kind, ...named, status, count: 0, asked: [] };
    this.#kept.set(key, made);
    return made;
  }
}
