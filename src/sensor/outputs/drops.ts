import { DROP_KINDS, type DropKind } from '../probe/layout.js';
import type { ProbeStats } from '../probe/stats.js';
import type { AlertContent } from './message.js';

const NOTHING_DROPPED = Object.fromEntries(DROP_KINDS.map((kind) => [kind, 0])) as Record<DropKind, number>;

/**
 * Falco's drop counters by name (recorded from Falco 0.40). Calls are recorded when they return, so the counters of their entries stay
 * zero. Kinds that have a counter here but none in Falco are only part of the totals.
 */
const COUNTERS = [
  ...['clone_fork', 'close', 'connect', 'dir_file', 'execve', 'open', 'other_interest'].flatMap((kind) =>
    kind === 'close' ? ['close_exit'] : [`${kind}_enter`, `${kind}_exit`],
  ),
  'proc_exit',
] as const;

/** Reports what was lost since the previous report, computed from the probe's running totals, in Falco's format. */
export class DropReporter {
  #before: ProbeStats = { events: 0, drops: NOTHING_DROPPED, skipped: 0 };

  /**
   * Falco's alert `Falco internal: syscall event drop` if events were lost since the last call; otherwise undefined. `forgotten` is the
   * number of events that could not be fully evaluated because something they depend on was not remembered.
   */
  report(stats: ProbeStats, forgotten: number, nowNs: bigint): AlertContent | undefined {
    const { events, skipped, drops } = this.#before;
    this.#before = stats;
    const lost = Object.fromEntries(DROP_KINDS.map((kind) => [kind, stats.drops[kind] - drops[kind]]));
    const inRing = DROP_KINDS.reduce((sum, kind) => sum + (lost[kind] ?? 0), 0);
    const missed = stats.skipped - skipped + forgotten;
    if (inRing + missed === 0) return undefined;
    return dropAlert(lost, { inRing, missed, events: stats.events - events }, nowNs);
  }
}

interface Totals {
  readonly inRing: number;
  readonly missed: number;
  readonly events: number;
}

function dropAlert(lost: Readonly<Record<string, number>>, totals: Totals, timeNs: bigint): AlertContent {
  const all = totals.inRing + totals.missed;
  const texts: Record<string, string> = {
    ebpf_enabled: '1',
    n_drops: String(all),
    ...Object.fromEntries(COUNTERS.map((name) => [`n_drops_buffer_${name}`, String(lost[counterKind(name)] ?? 0)])),
    n_drops_buffer_total: String(totals.inRing),
    n_drops_bug: String(totals.missed),
    n_drops_page_faults: '0',
    n_drops_scratch_map: '0',
    n_evts: String(totals.events),
  };
  const rule = 'Falco internal: syscall event drop';
  return {
    timeNs,
    priority: 'DEBUG',
    source: 'internal',
    rule,
    output: `${rule}. ${all} system calls dropped in last second.`,
    fields: new Map(Object.entries(texts)),
    texts,
    tags: [],
  };
}

function counterKind(name: string): string {
  if (name === 'other_interest_exit') return 'other';
  return name === 'proc_exit' ? name : name.replace(/_exit$/, '');
}
