import { Redis } from 'ioredis';
import type { Logger } from 'pino';

/** A `redis://` or `rediss://` URL, or `unix:///path/to/redis.sock`. */
export type RedisUrl = string;

/** Maximum delay between two attempts to reconnect, in milliseconds. */
const MAX_BACKOFF_MS = 2_000;

interface ConnectionLimits {
  /** Whether commands are queued while there is no connection. */
  readonly enableOfflineQueue: boolean;
  readonly maxRetriesPerRequest: number | null;
  readonly commandTimeout?: number;
}

function connect(url: RedisUrl, limits: ConnectionLimits, log: Logger): Redis {
  const common = { ...limits, retryStrategy: (tries: number) => Math.min(tries * 100, MAX_BACKOFF_MS) };
  const redis = url.startsWith('unix://')
    ? new Redis({ ...common, path: url.slice('unix://'.length) })
    : new Redis(url, common);
  redis.on('error', (error: Error) => log.debug({ reason: error.message }, 'redis connection error'));
  return redis;
}

/** For code that answers clients: fails immediately instead of queueing commands while Redis is unavailable. */
export function producerConnection(url: RedisUrl, log: Logger): Redis {
  return connect(url, { enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: 5_000 }, log);
}

/** For workers, which have time: waits for Redis indefinitely (BullMQ requires `maxRetriesPerRequest: null`). */
export function workerConnection(url: RedisUrl, log: Logger): Redis {
  return connect(url, { enableOfflineQueue: true, maxRetriesPerRequest: null }, log);
}

/** Resolves when the connection is usable. @throws if it is not within `ms` */
export async function untilReady(redis: Redis, ms: number): Promise<void> {
  if (redis.status === 'ready') return;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      redis.off('ready', ready);
      reject(new Error(`Redis did not answer within ${ms / 1000} s`));
    }, ms);
    const ready = (): void => {
      clearTimeout(timer);
      resolve();
    };
    redis.once('ready', ready);
  });
}
