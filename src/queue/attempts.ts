import type { Report } from '../report/report.js';

/** Reports that could not be stored when they were ready, at most. */
const MOST_UNSTORED = 64;

interface Running {
  readonly abort: (reason: string) => void;
  readonly ended: Promise<void>;
}

/**
 * What this worker runs just now, at most one attempt of each job, and the reports that are not known to be stored. A worker that
 * Redis did not hear of for longer than its lock lasts is given its own job again: that attempt waits for the earlier one, and takes over
 * its report.
 */
export class Attempts {
  readonly #running = new Map<string, Running>();
  readonly #unstored = new Map<string, Report>();

  /**
   * Runs `work` unless this worker has the job's report already; after an earlier attempt of the job has ended. `work`'s signal is aborted
   * with `signal`, and by `abandon`.
   */
  async run(id: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<Report>): Promise<Report> {
    for (let earlier = this.#running.get(id); earlier !== undefined; earlier = this.#running.get(id)) {
      await earlier.ended;
    }
    const ready = this.#unstored.get(id);
    if (ready !== undefined) return ready;
    const own = new AbortController();
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#running.set(id, { abort: (reason) => own.abort(reason), ended });
    try {
      const either = AbortSignal.any([signal, own.signal]);
      const report = await work(either);
      if (!either.aborted) this.#keep(id, report);
      return report;
    } finally {
      this.#running.delete(id);
      end();
    }
  }

  /** Ends the attempt of a job that another worker has taken. */
  abandon(id: string, reason: string): void {
    this.#running.get(id)?.abort(reason);
  }

  /** Its report is stored, or nobody asks for it any more. */
  stored(id: string): void {
    this.#unstored.delete(id);
  }

  #keep(id: string, report: Report): void {
    this.#unstored.set(id, report);
    const [oldest] = this.#unstored.keys();
    if (this.#unstored.size > MOST_UNSTORED && oldest !== undefined) this.#unstored.delete(oldest);
  }
}
