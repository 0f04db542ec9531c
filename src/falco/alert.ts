/** Falco's priorities, most severe first: the position is the number in `falco.schema.priority` (Falco 0.26–0.43). */
export const PRIORITIES = [
  'EMERGENCY',
  'ALERT',
  'CRITICAL',
  'ERROR',
  'WARNING',
  'NOTICE',
  'INFORMATIONAL',
  'DEBUG',
] as const;

export type Priority = (typeof PRIORITIES)[number];

/** Whether `priority` is as severe as `floor`, or more. */
export function isAtLeast(priority: Priority, floor: Priority): boolean {
  return PRIORITIES.indexOf(priority) <= PRIORITIES.indexOf(floor);
}

/**
 * One Falco alert, whichever way it came (gRPC outputs API, http_output). Values of `fields` are strings as on the
 * gRPC wire; a missing value is absent here (Falco writes `<NA>` over gRPC and `null` in JSON).
 */
export interface Alert {
  /** As proto-loader gives it with longs as strings: seconds since the epoch, nanoseconds within the second. */
  readonly time: { readonly seconds: string; readonly nanos: number };
  readonly priority: Priority;
  /** Lower case: `syscall`, `internal`, `gitlab`, … */
  readonly source: string;
  readonly rule: string;
  /** The plain text line, also where Falco sent the whole JSON alert as `output`. */
  readonly output: string;
  readonly fields: Readonly<Record<string, string>>;
  /** Which alert of its container it is, from 1; only our own sensor counts them. */
  readonly number?: number;
  readonly hostname: string;
  readonly tags: readonly string[];
}

/** Nanoseconds since the epoch. */
export function alertTimeNs(alert: Pick<Alert, 'time'>): bigint {
  return BigInt(alert.time.seconds) * 1_000_000_000n + BigInt(alert.time.nanos);
}

/** The other way round: the time of an alert of our own, from nanoseconds since the epoch. */
export function alertTimeAt(ns: bigint): Alert['time'] {
  return { seconds: String(ns / 1_000_000_000n), nanos: Number(ns % 1_000_000_000n) };
}

/**
 * The one field that our own sensor adds to what Falco tells: which alert of its container it is, counted from 1. Whoever reads the alerts
 * sees by a gap that one was lost, or that somebody else took it.
 */
export const NUMBER_FIELD = 'packwarden.number';
