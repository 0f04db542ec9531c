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

/** Whether `priority` is at least as severe as `floor`. */
export function isAtLeast(priority: Priority, floor: Priority): boolean {
  return PRIORITIES.indexOf(priority) <= PRIORITIES.indexOf(floor);
}

/**
 * One Falco alert, independent of the transport (gRPC outputs API, http_output). The values of `fields` are strings as in gRPC; missing
 * values are omitted here (Falco sends `<NA>` over gRPC and `null` in JSON).
 */
export interface Alert {
  /** As decoded by proto-loader with longs as strings: seconds since the epoch, and nanoseconds within the second. */
  readonly time: { readonly seconds: string; readonly nanos: number };
  readonly priority: Priority;
  /** Lower case: `syscall`, `internal`, `gitlab`, … */
  readonly source: string;
  readonly rule: string;
  /** The plain text line, even if Falco sent the whole JSON alert as `output`. */
  readonly output: string;
  readonly fields: Readonly<Record<string, string>>;
  /** Sequence number of the alert within its container, starting at 1; only sent by our own sensor. */
  readonly number?: number;
  readonly hostname: string;
  readonly tags: readonly string[];
}

/** The fields that identify an alert's process. */
export function processFields({ fields }: Pick<Alert, 'fields'>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => name.startsWith('proc.')));
}

/** A container's id as Falco shows it: the first 12 hexadecimal digits of Docker's 64. */
export function shortContainerId(id: string): string {
  return id.slice(0, 12);
}

/** Nanoseconds since the epoch. */
export function alertTimeNs(alert: Pick<Alert, 'time'>): bigint {
  return BigInt(alert.time.seconds) * 1_000_000_000n + BigInt(alert.time.nanos);
}

/** The inverse: the time of an alert from nanoseconds since the epoch. */
export function alertTimeAt(ns: bigint): Alert['time'] {
  return { seconds: String(ns / 1_000_000_000n), nanos: Number(ns % 1_000_000_000n) };
}

/**
 * A field that our own sensor adds to Falco's alert about dropped events: how many of them each container lost, as `<id>=<count>`, parted
 * by spaces. Of the rest of `n_drops` the container is not known.
 */
export const LOSSES_FIELD = 'packwarden.losses';

/**
 * The one field that our own sensor adds to a rule's alert: the alert's sequence number within its container, starting at 1. A gap tells the
 * reader that an alert was lost, or was delivered to another client.
 */
export const NUMBER_FIELD = 'packwarden.number';
