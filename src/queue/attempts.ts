import type { Report } from '../report/report.js';

/** Maximum number of reports kept in memory because they could not be stored yet. */
const MAX_UNSTORED = 64;

interface Running {
  readonly abort: (reason: string) => void;
  readonly ended: Promise<void>;
}

/**
 * The jobs that this worker is running, at most one attempt of each, and the reports that may not be stored yet. A worker that was
 * disconnected from Redis for longer than its lock may be assigned its own job again: the new attempt then waits for the earlier one and
 * takes over its report.
 */
export class Attempts {
  readonly #running = new Map<string, Running>();
  readonly #unstored = new Map<string, Report>();

  /**
   * Runs `work` after any earlier attempt of the job has ended, unless this worker already has the job's report. The signal passed to
   * `work` is aborted by `signal` and by `abandon`.
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

  /** Aborts the attempt of a job that another worker has taken over. */
  abandon(id: string, reason: string): void {
    this.#running.get(id)?.abort(reason);
  }

  /** The report was stored, or is no longer needed. */
  stored(id: string): void {
    this.#unstored.delete(id);
  }

  #keep(id: string, report: Report): void {
    this.#unstored.set(id, report);
    const [oldest] = this.#unstored.keys();
    if (this.#unstored.size > MAX_UNSTORED && oldest !== undefined) this.#unstored.delete(oldest);
  }
}
