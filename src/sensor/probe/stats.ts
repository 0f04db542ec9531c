import { DROP_KINDS, type DropKind } from './layout.js';

/** The kernel side's totals since it was attached. */
export interface ProbeStats {
  /** Records created, whether they fit into the ring buffer or not. */
  readonly events: number;
  /** Records that did not fit into the ring buffer, by kind. */
  readonly drops: Readonly<Record<DropKind, number>>;
  /** System calls for which the kernel skipped the program, because it was already running on that CPU. */
  readonly skipped: number;
  /** Lost events by full container id, of the containers whose number may have changed since the last stats. */
  readonly lossOf: ReadonlyMap<string, number>;
}

const EVENTS_AT = 8;
const DROPS_AT = 16;

const LOST_AT = 8;
const CONTAINER_AT = 16;

/** Reads a record of what one container lost: its full id, and how many events since the probe was attached. */
export function readLoss(bytes: Buffer): readonly [string, number] {
  return [bytes.toString('latin1', CONTAINER_AT), Number(bytes.readBigUInt64LE(LOST_AT))];
}

/** Reads a stats record; `lossOf` are the records of losses before it. */
export function readStats(bytes: Buffer, lossOf: ReadonlyMap<string, number>): ProbeStats {
  const drops = DROP_KINDS.map((kind, index) => [kind, Number(bytes.readBigUInt64LE(DROPS_AT + index * 8))]);
  return {
    events: Number(bytes.readBigUInt64LE(EVENTS_AT)),
    drops: Object.fromEntries(drops) as Record<DropKind, number>,
    skipped: Number(bytes.readBigUInt64LE(DROPS_AT + DROP_KINDS.length * 8)),
    lossOf,
  };
}
