import type { Finding } from './finding.js';

/** When a phase began, in milliseconds since the epoch; a list of these is in the order of time. */
export interface PhaseStart {
  readonly name: Finding['phase'];
  readonly at: number;
}

/** The last phase that had begun at a given time. The kernel and the worker use the same clock, so the times can be compared. */
export function phaseAt(ns: bigint, starts: readonly PhaseStart[]): Finding['phase'] {
  const ms = Number(ns / 1_000_000n);
  return starts.findLast((start) => start.at <= ms)?.name ?? 'prepare';
}
