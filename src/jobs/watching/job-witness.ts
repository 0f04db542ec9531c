import type { Logger } from 'pino';
import type { IncompleteReason } from '../../report/verdict/verdict.js';
import type { Witnessed } from '../../witness/seen.js';
import type { DecoyWatch } from '../../witness/witness.js';
import type { SandboxRun, WatchDecoys } from '../ports.js';

/** The worker's own witness of one job: watches the decoys independently of the alert source, and so reveals what that source missed. */
export class JobWitness {
  readonly #watchDecoys: WatchDecoys;
  readonly #log: Logger;
  #watch: DecoyWatch | undefined;
  witnessed: Witnessed = { unavailable: 'the run ended before the decoys were watched', lost: null, seen: [] };

  constructor(watchDecoys: WatchDecoys, log: Logger) {
    this.#watchDecoys = watchDecoys;
    this.#log = log;
  }

  /** To be called before the project is in the sandbox, so that none of its files can be mistaken for a decoy. */
  async start(run: SandboxRun): Promise<void> {
    const paths = run.decoys.map(({ path }) => path);
    this.#watch = this.#watchDecoys(await run.hostPid(), paths);
    await this.#watch.ready;
  }

  /** Stops watching and stores what was seen. */
  async end(): Promise<void> {
    if (this.#watch === undefined) return;
    this.witnessed = await this.#watch.end();
    const { unavailable } = this.witnessed;
    if (unavailable !== null) this.#log.warn({ reason: unavailable }, 'the decoys could not be watched');
  }

  /** Why the run is incomplete. If the witness can't work on this machine that is no fault: the alert source alone has to do. */
  faults(): readonly IncompleteReason[] {
    const { lost } = this.witnessed;
    if (lost === null) return [];
    return [{ code: 'witness-lost', message: `the worker's own witness of the decoys missed something: ${lost}` }];
  }
}
