import { type InstalledPackage, isLocal } from '../../ecosystems/installed-package.js';
import { messageOf } from '../../errors/message.js';
import type { Change, Compared } from '../../report/changes/compared.js';
import { changesBetween, type FileChange, type Snapshot } from '../../report/changes/snapshot.js';
import type { Clock, SandboxRun } from '../ports.js';
import type { SecretWatch } from './secret-watch.js';

/** For this many packages the changes are compared separately; for the others together, when all scripts have run. */
const MOST_ONE_BY_ONE = 40;
/** Far more than the scripts of some thousand packages change. */
const MAX_CHANGES = 100_000;

/** Compares the files in a sandbox with those that were fetched, so that changes are seen even if the alert source missed them. */
export class Comparison {
  readonly #clock: Clock;
  readonly #secrets: Pick<SecretWatch, 'look'>;
  #before: Snapshot | undefined;
  /** Folders of the packages whose changes are compared separately. */
  readonly #comparedAlone = new Set<string>();
  /** Whether scripts have run since the last snapshot. */
  #isBehind = false;
  /** Whether scripts of any package have run. */
  #hasRun = false;
  readonly #changes: Change[] = [];
  /** Hard links that a package's scripts made, by file and package: when the scripts run again they make them again. */
  readonly #linked = new Map<string, ReadonlyMap<string | null, readonly string[]>>();
  #overflowed = 0;
  #problem: string | null = null;

  /** `secrets` searches the files that changed. */
  constructor(clock: Clock, secrets: Pick<SecretWatch, 'look'>) {
    this.#clock = clock;
    this.#secrets = secrets;
  }

  /** Takes the first snapshot, after the fetch and before any code of a package runs. */
  async start(run: SandboxRun): Promise<void> {
    await this.#next(run, () => undefined);
  }

  /** Runs the scripts of one package with `work`, and records what they changed. */
  async scripts<T>(run: SandboxRun, pkg: InstalledPackage, work: () => Promise<T>): Promise<T> {
    // The project's own scripts are always compared separately: their changes must not be blamed on packages.
    const isComparedAlone =
      isLocal(pkg) || this.#comparedAlone.has(pkg.realPath) || this.#comparedAlone.size < MOST_ONE_BY_ONE;
    if (isComparedAlone && this.#isBehind) await this.after(run);
    // A process that an earlier package left running may change files and exit before this package's scripts end.
    const isAlone = !isComparedAlone || !this.#hasRun || (await isIdle(run));
    this.#hasRun = true;
    const result = await work();
    if (isComparedAlone) {
      this.#comparedAlone.add(pkg.realPath);
      await this.#afterScripts(run, pkg, isAlone);
    } else this.#isBehind = true;
    return result;
  }

  /** Records changes after code of several packages has run; they can't be attributed to one of them. */
  async after(run: SandboxRun): Promise<void> {
    await this.#next(run, (now, before) => this.#changed(run, changesBetween(before, now), now, null));
    this.#isBehind = false;
  }

  /** The changes so far. */
  result(): Compared {
    return { changes: this.#changes, overflowed: this.#overflowed, problem: this.#problem };
  }

  async #afterScripts(run: SandboxRun, { realPath }: InstalledPackage, wasAlone: boolean): Promise<void> {
    await this.#next(run, async (now, before) => {
      const changes = changesBetween(before, now);
      const isAlone = changes.length === 0 || (wasAlone && (await isIdle(run)));
      await this.#changed(run, changes, now, isAlone ? realPath : null);
    });
  }

  /** Records changes, and searches the changed files, the smallest first. */
  async #changed(run: SandboxRun, changes: readonly FileChange[], now: Snapshot, by: string | null): Promise<void> {
    this.#add(changes, by);
    const sizeOf = (path: string): number => Number(now.get(path)?.size ?? 0);
    const present = changes.filter(({ kind }) => kind !== 'removed').map(({ path }) => path);
    // The name of a folder may say something even if nothing is in it.
    const folders = [...now].flatMap(([path, { type }]) => (type === 'd' && !this.#before?.has(path) ? [path] : []));
    await this.#secrets.look(run, [...present.toSorted((a, b) => sizeOf(a) - sizeOf(b)), ...folders], by);
  }

  async #next(run: SandboxRun, compare: (now: Snapshot, before: Snapshot) => void | Promise<void>): Promise<void> {
    if (this.#problem !== null) return;
    try {
      const now = await run.snapshot();
      if (this.#before !== undefined) await compare(now, this.#before);
      this.#before = now;
    } catch (error) {
      this.#problem = messageOf(error);
    }
  }

  #add(changes: readonly FileChange[], by: string | null): void {
    const room = MAX_CHANGES - this.#changes.length;
    const at = this.#clock.now();
    this.#overflowed += Math.max(0, changes.length - room);
    for (const change of changes.slice(0, room)) this.#changes.push({ ...this.#linkedAnew(change, by), by, at });
  }

  #linkedAnew(change: FileChange, by: string | null): FileChange {
    const linked = this.#linked.get(change.path) ?? new Map<string | null, readonly string[]>();
    if (change.kind === 'linked' && by !== null)
      this.#linked.set(change.path, new Map([...linked, [by, change.names]]));
    // If other processes were running, the step is unknown: it may be that of any package that linked the file before.
    const names = by === null ? [...linked.values()].at(0) : linked.get(by);
    return change.isOnlyTouched && names !== undefined ? { ...change, kind: 'linked', names } : change;
  }
}

/** Whether no process of the project is running; false if that can't be determined. */
async function isIdle(run: SandboxRun): Promise<boolean> {
  try {
    return (await run.linger(0)).length === 0;
  } catch {
    return false;
  }
}
