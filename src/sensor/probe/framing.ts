import { SensorError } from '../errors.js';
import { HEADER, RECORD_KIND } from './layout.js';
import { ProcessRecord } from './record.js';
import { type ProbeStats, readStats } from './stats.js';

/** Who is told what the probe says. Calls are synchronous, and in the order things happened on each CPU. */
export interface ProbeListener {
  record(record: ProcessRecord): void;
  /** About once a second. */
  stats(stats: ProbeStats): void;
}

const MIN_BYTES = 8;
/** Header, and the kernel side's whole buffer of parts. */
const MAX_BYTES = 64 * 1024;
const STATS_BYTES = 80;

/** Cuts the probe's stream into records. */
export class RecordFraming {
  #rest: Buffer = Buffer.alloc(0);

  /** `onReady` is called when everything is attached. */
  constructor(
    private readonly listener: ProbeListener,
    private readonly onReady: () => void,
  ) {}

  /** @throws SensorError `records` when the stream holds something else */
  push(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (at + MIN_BYTES <= bytes.length) {
      const size = bytes.readUInt32LE(at);
      if (size < MIN_BYTES || size > MAX_BYTES) throw new SensorError('records', `a record of ${size} bytes`);
      if (at + size > bytes.length) break;
      this.#deliver(bytes.subarray(at, at + size));
      at += size;
    }
    this.#rest = bytes.subarray(at);
  }

  #deliver(bytes: Buffer): void {
    const kind = bytes.readUInt16LE(HEADER.kind);
    if (kind === RECORD_KIND.ready) {
      this.onReady();
    } else if (kind === RECORD_KIND.stats && bytes.length === STATS_BYTES) {
      this.listener.stats(readStats(bytes));
    } else if (kind >= RECORD_KIND.syscall && kind <= RECORD_KIND.exit && bytes.length >= HEADER.size) {
      this.listener.record(new ProcessRecord(bytes));
    } else {
      throw new SensorError('records', `a record of kind ${kind} and ${bytes.length} bytes`);
    }
  }
}
