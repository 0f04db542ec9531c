import { FairQueue } from './fair-queue.js';
import type { ProbeListener } from './probe/framing.js';
import type { ProcessRecord } from './probe/record.js';
import type { ProbeStats } from './probe/stats.js';

/** Limit for queued records, in addition to the kernel's ring buffer. */
const CAPACITY_BYTES = 96 * 1024 * 1024;
/**
 * How long to process records before reading from the probe again, in milliseconds. While the probe's output is not read, the kernel's ring
 * buffer fills up, and records of every container are lost.
 */
const SLICE_MS = 4;
/** How many records to process between two checks of the clock. */
const BATCH = 64;

/** Receives records, and learns which containers lost some. */
export interface RecordListener extends ProbeListener {
  /** Records of this container were dropped before they were processed. */
  lost(containerId: string): void;
}

/**
 * Passes on the probe's records, round-robin across containers: a package that causes a million events delays only its own container, and
 * when the queue is full the busiest container loses records.
 */
export class FairRecords implements ProbeListener {
  readonly #listener: RecordListener;
  readonly #waiting = new FairQueue<ProcessRecord>({ capacity: CAPACITY_BYTES, weigh: ({ bytes }) => bytes.length });
  #isDue = false;

  constructor(listener: RecordListener) {
    this.#listener = listener;
  }

  record(record: ProcessRecord): void {
    const lost = this.#waiting.push(record.containerId, record);
    if (lost !== undefined) this.#listener.lost(lost);
    if (this.#isDue) return;
    this.#isDue = true;
    // Runs after the rest of the current chunk has been queued.
    queueMicrotask(() => this.#work());
  }

  /** Passed on immediately: these losses happened before any record that is still queued. */
  stats(stats: ProbeStats): void {
    this.#listener.stats(stats);
  }

  #work(): void {
    const until = performance.now() + SLICE_MS;
    do {
      for (let count = 0; count < BATCH; count += 1) {
        const record = this.#waiting.pop();
        if (record === undefined) {
          this.#isDue = false;
          return;
        }
        this.#listener.record(record);
      }
    } while (performance.now() < until);
    setImmediate(() => this.#work());
  }
}
