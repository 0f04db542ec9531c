/** Redis does not answer. The API maps this to a 503; it recovers by itself together with Redis. */
export class QueueUnavailableError extends Error {
  readonly code = 'queue-unavailable';
  constructor(cause: unknown) {
    super('the job queue (Redis) does not answer', { cause });
    this.name = 'QueueUnavailableError';
  }
}

/** The submitter has reached the maximum number of waiting jobs. The API maps this to a 429. */
export class QueueFullError extends Error {
  readonly code = 'queue-full';
  constructor(max: number) {
    super(`${max} of your jobs are already waiting: submit more when some of them have started`);
    this.name = 'QueueFullError';
  }
}

/** The service's own Redis could not be started. */
export class RedisServerError extends Error {
  readonly code = 'redis-server';
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'RedisServerError';
  }
}
