import { DROP_KINDS, type DropKind } from './layout.js';

/** The kernel side's totals since it was attached. */
export interface ProbeStats {
  /** Records created, whether they fit into the ring buffer or not. */
  readonly events: number;
  /** Records that did not fit into the ring buffer, by kind. */
  readonly drops: Readonly<Record<DropKind, number>>;
  /** System calls for which the kernel skipped the program, because it was already running on that CPU. */
  readonly skipped: number;
}

const EVENTS_AT = 8;
const DROPS_AT = 16;

/** Reads a stats record. */
export function readStats(bytes: Buffer): ProbeStats {
  const drops = DROP_KINDS.map((kind, index) => [kind, Number(bytes.readBigUInt64LE(DROPS_AT + index * 8))]);
  return {
    events: Number(bytes.readBigUInt64LE(EVENTS_AT)),
    drops: Object.fromEntries(drops) as Record<DropKind, number>,
    skipped: Number(bytes.readBigUInt64LE(DROPS_AT + DROP_KINDS.length * 8)),
  };
}
