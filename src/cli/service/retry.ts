/** A temporary failure: the connection, a service that is full or restarting. */
export interface RetryableFailure {
  readonly error: Error;
  /** Seconds that the service asked to wait; null when it did not say. */
  readonly retryAfterS: number | null;
}

export interface RetryOptions {
  /** How long to keep retrying, in milliseconds. */
  readonly retryForMs: number;
  readonly signal: AbortSignal;
  /** Called before each wait. */
  readonly onWait: (error: Error, waitMs: number) => void;
  readonly now: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 15_000;

/**
 * Runs `work` until it returns a value. The waits double from one second up to 15 s, unless the service asks for another.
 * When `retryForMs` is used up, throws the last failure.
 */
export async function withRetries<T>(
  options: RetryOptions,
  work: () => Promise<{ readonly value: T } | RetryableFailure>,
): Promise<T> {
  const start = options.now();
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    const outcome = await work();
    if ('value' in outcome) return outcome.value;
    const ms = outcome.retryAfterS === null ? wait : Math.min(outcome.retryAfterS * 1000, 60_000);
    if (options.now() + ms - start > options.retryForMs) throw outcome.error;
    options.onWait(outcome.error, ms);
    await options.sleep(ms, options.signal);
  }
}
