import { CACHES, HOME } from '../../ecosystems/places.js';
import type { ChangedFile, KeptSecret } from '../../report/evidence/found-secrets.js';
import type { ProjectWrites } from '../../report/evidence/project-writes.js';
import type { Clock, SandboxRun } from '../ports.js';

/** How many findings are kept; a package that writes a secret everywhere is found by the first ones. */
const MAX_KEPT = 200;

/** Searches what packages wrote for planted secrets, as often as the files are compared. */
export class SecretWatch {
  readonly #writes: ProjectWrites;
  readonly #clock: Clock;
  /** How many of the recorded writes were looked at. */
  #at = 0;
  /** When each file was last searched. */
  readonly #searched = new Map<string, number>();
  readonly #kept = new Map<string, KeptSecret>();
  readonly #unreadable = new Map<string, ChangedFile>();
  #unsearched = 0;

  constructor(writes: ProjectWrites, clock: Clock) {
    this.#writes = writes;
    this.#clock = clock;
  }

  /**
   * Searches the files that changed, and those that were written since the last search in places that are not compared. `by`: the folder of
   * the package whose scripts alone ran since then, if any. @throws SandboxError
   */
  async look(run: SandboxRun, changed: readonly string[], by: string | null): Promise<void> {
    await this.#search(run, new Set([...changed, ...this.#writtenSince(this.#at)]), by);
  }

  /**
   * Searches what was written in places that are not compared and has changed since it was searched, when no code of a package runs any
   * more. @throws SandboxError
   */
  async lookAgain(run: SandboxRun): Promise<void> {
    const paths = this.#writtenSince(0).filter(isNotCompared);
    const changed = await run.changedSince(new Map(paths.map((path) => [path, this.#searched.get(path) ?? 0])));
    await this.#search(run, new Set(changed), null);
  }

  get kept(): readonly KeptSecret[] {
    return [...this.#kept.values()];
  }

  get unreadable(): readonly ChangedFile[] {
    return [...this.#unreadable.values()];
  }

  get unsearched(): number {
    return this.#unsearched;
  }

  async #search(run: SandboxRun, paths: ReadonlySet<string>, by: string | null): Promise<void> {
    if (paths.size === 0) return;
    const begun = this.#clock.now();
    const { found, unsearched, unreadable } = await run.searchFiles([...paths]);
    const at = this.#clock.now();
    const changed = (path: string): ChangedFile => ({ path, by, since: this.#searched.get(path) ?? 0, at });
    this.#unsearched += unsearched;
    for (const one of found) {
      const key = `${one.path}\0${one.secret}`;
      if (this.#kept.has(key) || this.#kept.size >= MAX_KEPT) continue;
      this.#kept.set(key, { ...one, ...changed(one.path) });
    }
    for (const path of unreadable) {
      if (!this.#unreadable.has(path) && this.#unreadable.size < MAX_KEPT) this.#unreadable.set(path, changed(path));
    }
    // What is written while it is searched may have been missed.
    for (const path of paths) this.#searched.set(path, begun);
  }

  #writtenSince(from: number): readonly string[] {
    const written = [...this.#writes.all()];
    this.#at = written.length;
    return written.slice(from).map(({ path }) => path);
  }
}

const IN_CACHE = CACHES.map((pattern) =>
  pattern.startsWith('*')
    ? (path: string) => path.includes(`${pattern.slice(1)}/`)
    : (path: string) => path.startsWith(`${pattern}/`),
);

/** Whether the snapshots of files leave this one out. */
function isNotCompared(path: string): boolean {
  return !path.startsWith(`${HOME}/`) || IN_CACHE.some((isIn) => isIn(path));
}
