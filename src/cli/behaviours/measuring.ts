import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { MANAGERS } from '../../ecosystems/managers.js';
import type { FullReport } from '../../jobs/full-report.js';
import { unusableBecause } from '../../report/behaviours/extract.js';
import { type ServiceClient, ServiceError, type Upload } from '../service/service-client.js';
import type { Line } from './list.js';
import { projectOf } from './project.js';
import type { Results } from './results.js';

/** Minimum time between two submissions, in milliseconds: the service limits how many it accepts. */
const SUBMIT_EVERY_MS = 1_000;
/** After this many failures in a row the fault is the service's, not the packages'. */
const MAX_FAILURES_IN_A_ROW = 3;

export interface MeasuringOptions {
  readonly client: Pick<ServiceClient, 'submit' | 'follow' | 'cancel'>;
  readonly results: Results;
  /** Jobs that run at the same time. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

/** Submits every line of a list that has no result yet for detonation. */
export class Measuring {
  readonly #options: MeasuringOptions;
  readonly #failed: string[] = [];
  #failuresInARow = 0;
  #turn: Promise<unknown> = Promise.resolve();
  #done = 0;
  #total = 0;

  constructor(options: MeasuringOptions) {
    this.#options = options;
  }

  /** The lines that could not be measured, each with the reason. @throws ServiceError, AbortError */
  async run(lines: readonly Line[]): Promise<readonly string[]> {
    const { results, concurrency, say } = this.#options;
    const open = lines.filter((line) => !results.has(line));
    this.#total = open.length;
    if (open.length < lines.length) say(`${lines.length - open.length} of ${lines.length} lines are measured already`);
    // All workers share one iterator: a worker that is done takes the next line.
    const queue = open.values();
    const workers = Array.from({ length: concurrency }, () => this.#work(queue));
    const ends = await Promise.allSettled(workers);
    const fault = ends.find((end) => end.status === 'rejected');
    if (fault !== undefined) throw fault.reason;
    return this.#failed;
  }

  async #work(queue: Iterable<Line>): Promise<void> {
    for (const line of queue) {
      if (this.#failuresInARow >= MAX_FAILURES_IN_A_ROW) return;
      await this.#nextTurn();
      await this.#measure(line);
    }
  }

  async #measure(line: Line): Promise<void> {
    const { results, signal } = this.#options;
    try {
      const report = await this.#detonate(line);
      const fault = unusableBecause(report);
      await results.keep(line, report, fault === undefined);
      this.#failuresInARow = 0;
      if (fault === undefined) this.#announce(line, outcomeText(report));
      else this.#fail(line, fault);
    } catch (error) {
      if (signal.aborted || !(error instanceof ServiceError)) throw error;
      this.#failuresInARow += 1;
      this.#fail(line, error.message);
      if (this.#failuresInARow >= MAX_FAILURES_IN_A_ROW) throw error;
    }
  }

  /** Cancels the job at the service when the command is interrupted. */
  async #detonate(line: Line): Promise<FullReport> {
    const { client, signal } = this.#options;
    const tarball = await projectOf(line);
    const upload: Upload = { bytes: tarball.length, open: () => Readable.from([tarball]) };
    let id: string | null = null;
    try {
      id = await client.submit(upload, { ecosystem: MANAGERS[0].name }, randomUUID());
      return await client.follow(id, () => undefined);
    } catch (error) {
      if (signal.aborted && id !== null) await client.cancel(id);
      throw error;
    }
  }

  /** Spaces the submissions of all workers: each waits until SUBMIT_EVERY_MS after the one before. */
  #nextTurn(): Promise<unknown> {
    const mine = this.#turn;
    this.#turn = mine.then(() => sleep(SUBMIT_EVERY_MS, undefined, { signal: this.#options.signal }));
    // Whoever awaits this turn handles the abort; without this line the last turn, which nobody awaits, would be an unhandled rejection.
    this.#turn.catch(() => undefined);
    return mine;
  }

  #fail(line: Line, why: string): void {
    this.#failed.push(`${line.text}: ${why}`);
    this.#announce(line, `not measured: ${why}`);
  }

  #announce(line: Line, what: string): void {
    this.#done += 1;
    this.#options.say(`${this.#done}/${this.#total} ${line.text}: ${what}`);
  }
}

function outcomeText({ verdict, incomplete }: FullReport): string {
  const [fault] = incomplete;
  return fault === undefined ? verdict : `${verdict} (${fault.code}: the behaviour up to that point counts)`;
}
