import { SensorError } from '../errors.js';
import { HEADER, RECORD_KIND } from './layout.js';
import { ProcessRecord } from './record.js';
import { type ProbeStats, readLoss, readStats } from './stats.js';

/** Receives what the probe reports. Calls are synchronous, in the order of events on each CPU. */
export interface ProbeListener {
  record(record: ProcessRecord): void;
  /** About once a second. */
  stats(stats: ProbeStats): void;
}

const MIN_BYTES = 8;
/** The header, and the kernel side's whole buffer of parts. */
const MAX_BYTES = 64 * 1024;
const STATS_BYTES = 80;
const LOSS_BYTES = 80;

/** Splits the probe's output into records. */
export class RecordFraming {
  #rest: Buffer = Buffer.alloc(0);
  /** What containers lost, until the stats that follow. */
  #lossOf = new Map<string, number>();

  /** `onReady` is called when all eBPF programs are attached. */
  constructor(
    private readonly listener: ProbeListener,
    private readonly onReady: () => void,
  ) {}

  /** @throws SensorError `records` when the output is malformed */
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
      const lossOf = this.#lossOf;
      this.#lossOf = new Map();
      this.listener.stats(readStats(bytes, lossOf));
    } else if (kind === RECORD_KIND.loss && bytes.length === LOSS_BYTES) {
      this.#lossOf.set(...readLoss(bytes));
    } else if (kind >= RECORD_KIND.syscall && kind <= RECORD_KIND.exit && bytes.length >= HEADER.size) {
      this.listener.record(new ProcessRecord(bytes));
    } else {
      throw new SensorError('records', `a record of kind ${kind} and ${bytes.length} bytes`);
    }
  }
}
