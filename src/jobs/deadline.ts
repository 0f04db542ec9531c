/** A step did not finish before its deadline. */
export class DeadlineError extends Error {
  readonly code = 'deadline';
  constructor(what: string, ms: number) {
    super(`${what} took longer than ${ms / 1000} s`);
    this.name = 'DeadlineError';
  }
}

/** A job was cancelled from outside. */
export class CancelledError extends Error {
  readonly code = 'cancelled';
  constructor() {
    super('the job was cancelled');
    this.name = 'CancelledError';
  }
}

/** Waits for `work` at most `ms` milliseconds plus some slack. @throws DeadlineError, CancelledError, or what the work throws */
export type Limited = <T>(what: string, ms: number, work: Promise<T>) => Promise<T>;

/**
 * Waits for `work` until its deadline, or until `signal` aborts. The work itself is not stopped: the caller destroys the
 * sandbox, which ends it. @throws DeadlineError, CancelledError, or what the work throws
 */
export async function within<T>(what: string, ms: number, signal: AbortSignal, work: Promise<T>): Promise<T> {
  if (signal.aborted) throw new CancelledError();
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new DeadlineError(what, ms)), ms);
    onAbort = () => reject(new CancelledError());
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
    if (onAbort) signal.removeEventListener('abort', onAbort);
  }
}
