/** When, and from which local port of the sandbox, a registry was asked. */
export interface AskedAt {
  readonly clientPort: number | undefined;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A package that a registry was asked for, folded over equal questions. */
export interface RegistryAsk {
  /** The registry's. */
  readonly host: string;
  readonly port: number;
  /** As the registry calls it; `OTHER_PACKAGES` for those that are not told apart. */
  readonly name: string;
  /** `document`: what there is of it; `package`: the thing itself. */
  readonly kind: 'document' | 'package';
  /** The version or the file that was asked for, as far as the path names one. */
  readonly version?: string | undefined;
  /** What the registry answered. */
  readonly status: number;
  readonly count: number;
  /** The first ones, and the last one. */
  readonly asked: readonly AskedAt[];
}

/** Under this name stand the packages that were more than are told apart; no package can have it. */
export const OTHER_PACKAGES = '(others)';

/** A large install asks for some thousand packages, for each twice. */
const MAX_KEPT = 40_000;
const MAX_ASKED = 8;
/** npm's longest name has 214 characters. */
const MAX_NAME = 220;

type Kept = Omit<RegistryAsk, 'asked' | 'count'> & { count: number; readonly asked: AskedAt[] };

/** Every package that the registries were asked for by one sandbox, in bounded space. */
export class AskBook {
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
