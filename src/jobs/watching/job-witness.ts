import type { Logger } from 'pino';
import type { IncompleteReason } from '../../report/verdict.js';
import type { Witnessed } from '../../witness/seen.js';
import type { DecoyWatch } from '../../witness/witness.js';
import type { SandboxRun, WatchDecoys } from '../ports.js';

/** The worker's own witness of one job: it watches the decoys without the alert source, and so tells what that one missed. */
export class JobWitness {
  readonly #watchDecoys: WatchDecoys;
  readonly #log: Logger;
  #watch: DecoyWatch | undefined;
  witnessed: Witnessed = { unavailable: 'the run did not come to it', lost: null, seen: [] };

  constructor(watchDecoys: WatchDecoys, log: Logger) {
    this.#watchDecoys = watchDecoys;
    this.#log = log;
  }

  /** Called before anything of the project is in the sandbox: no file that it brings can be taken for a decoy. */
  async start(run: SandboxRun): Promise<void> {
    const paths = run.decoys.map(({ path }) => path);
    this.#watch = this.#watchDecoys(await run.hostPid(), paths);
    await this.#watch.ready;
  }

  /** Takes in what was seen until now. */
  async end(): Promise<void> {
    if (this.#watch === undefined) return;
    this.witnessed = await this.#watch.end();
    const { unavailable } = this.witnessed;
    if (unavailable !== null) this.#log.warn({ reason: unavailable }, 'the decoys could not be watched');
  }

  /** Why the run can't be vouched for; empty where the witness can't watch on this machine: then the alert source is believed alone. */
  faults(): readonly IncompleteReason[] {
    const { lost } = this.witnessed;
    if (lost === null) return [];
    return [{ code: 'witness-lost', message: `the worker's own witness of the decoys missed something: ${lost}` }];
  }
}
