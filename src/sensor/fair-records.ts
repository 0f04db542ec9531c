import { FairQueue } from './fair-queue.js';
import type { ProbeListener } from './probe/framing.js';
import type { ProcessRecord } from './probe/record.js';
import type { ProbeStats } from './probe/stats.js';

/** Bytes of records that wait, beyond the kernel's ring buffer. */
const CAPACITY_BYTES = 96 * 1024 * 1024;
/** How long records are worked on before the probe is read again, in milliseconds: what is not read fills the kernel's buffer, and is lost for all. */
const SLICE_MS = 4;
/** How many records between two looks at the clock. */
const BATCH = 64;

/** Who is told of records, and of those that nobody will look at. */
export interface RecordListener extends ProbeListener {
  /** Records of a container were thrown away. */
  lost(containerId: string): void;
}

/**
 * Hands on the probe's records, containers in turn: a package that does a million things keeps only itself waiting, and where there is more than can be
 * kept, the container that brings most loses.
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
    // After the rest of what was read.
    queueMicrotask(() => this.#work());
  }

  /** Told at once: what was lost was lost before whatever waits. */
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
