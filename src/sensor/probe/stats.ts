import { DROP_KINDS, type DropKind } from './layout.js';

/** The kernel side's totals since it was attached. */
export interface ProbeStats {
  /** Records made, whether they found room or not. */
  readonly events: number;
  /** Records that found no room in the ring buffer, by kind. */
  readonly drops: Readonly<Record<DropKind, number>>;
  /** System calls that the kernel did not show to the program, because it was running on that CPU already. */
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
