/** What is known of how a destination talks. Times are milliseconds since the epoch. */
export interface FeedHistory {
  /** When its first and its last event arrived. */
  readonly since: number;
  readonly last: number;
  readonly events: number;
  /** The longest pause of each of the last days, in milliseconds; the present pause is not among them. */
  readonly pauses: readonly number[];
}

/** When a pause of a destination is silence. */
export interface SilenceConfig {
  /** A pause shorter than this is never silence. */
  readonly minimumMs: number;
  /** How much longer than usual a pause has to be. */
  readonly factor: number;
  /** With fewer events nothing is known of what is usual. */
  readonly minimumEvents: number;
}

export const SILENCE: SilenceConfig = { minimumMs: 15 * 60_000, factor: 1.5, minimumEvents: 20 };

/**
 * How long the destination may pause before that is silence: longer than its usual pause, which is the second longest of
 * the daily ones, so that one outage does not make the next one usual. Undefined while too little is known.
 */
export function allowedPause(history: FeedHistory, config: SilenceConfig = SILENCE): number | undefined {
  if (history.events < config.minimumEvents) return undefined;
  const longest = [...history.pauses].sort((a, b) => b - a);
  const usual = longest[1] ?? longest[0] ?? 0;
  return Math.max(config.minimumMs, usual * config.factor);
}

/** Whether a destination that usually talks has stopped. */
export function isSilent(history: FeedHistory, now: number, config: SilenceConfig = SILENCE): boolean {
  const allowed = allowedPause(history, config);
  return allowed !== undefined && now - history.last > allowed;
}
