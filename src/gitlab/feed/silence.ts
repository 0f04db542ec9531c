/** The activity of a destination. Times are milliseconds since the epoch. */
export interface FeedHistory {
  /** When its first and its last event arrived. */
  readonly since: number;
  readonly last: number;
  readonly events: number;
  /** The longest pause of each of the last days, in milliseconds, without the current pause. */
  readonly pauses: readonly number[];
}

/** When a pause of a destination counts as silence. */
export interface SilenceConfig {
  /** A pause shorter than this is never silence. */
  readonly minimumMs: number;
  /** By which factor a pause must exceed the usual one. */
  readonly factor: number;
  /** With fewer events it is unknown what is usual. */
  readonly minimumEvents: number;
}

export const SILENCE: SilenceConfig = { minimumMs: 15 * 60_000, factor: 1.5, minimumEvents: 20 };

/**
 * How long the destination may pause before that counts as silence: longer than its usual pause, which is the second longest of the daily
 * ones, so that a single outage does not become usual. Undefined as long as too little is known.
 */
export function allowedPause(history: FeedHistory, config: SilenceConfig = SILENCE): number | undefined {
  if (history.events < config.minimumEvents) return undefined;
  const longest = [...history.pauses].sort((a, b) => b - a);
  const usual = longest[1] ?? longest[0] ?? 0;
  return Math.max(config.minimumMs, usual * config.factor);
}

/** Whether a destination that is usually active has become silent. */
export function isSilent(history: FeedHistory, now: number, config: SilenceConfig = SILENCE): boolean {
  const allowed = allowedPause(history, config);
  return allowed !== undefined && now - history.last > allowed;
}
