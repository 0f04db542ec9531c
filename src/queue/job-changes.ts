import { QueueEvents } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { type RedisUrl, workerConnection } from './connection.js';
import { QUEUE_NAME } from './job-record.js';

/** BullMQ's events that change the view of a job. */
const EVENTS = ['active', 'waiting', 'delayed', 'progress', 'completed', 'failed', 'removed', 'stalled'] as const;

/**
 * Notifies listeners that a job may have changed, whichever process changed it. BullMQ's event stream blocks its connection, so it has a
 * dedicated one, opened for the first listener.
 */
export class JobChanges {
  readonly #url: RedisUrl;
  readonly #log: Logger;
  readonly #listeners = new Map<string, Set<() => void>>();
  #stream: { readonly events: QueueEvents; readonly redis: Redis } | undefined;

  constructor(url: RedisUrl, log: Logger) {
    this.#url = url;
    this.#log = log;
  }

  /** Calls `listener` after each change of the job `id`, until the returned function is called. */
  on(id: string, listener: () => void): () => void {
    this.#stream ??= this.#open();
    const listeners = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(id) === listeners) this.#listeners.delete(id);
    };
  }

  async close(): Promise<void> {
    this.#listeners.clear();
    await this.#stream?.events.close();
    this.#stream?.redis.disconnect();
  }

  #open(): { readonly events: QueueEvents; readonly redis: Redis } {
    const redis = workerConnection(this.#url, this.#log);
    const events = new QueueEvents(QUEUE_NAME, { connection: redis });
    events.on('error', (error) => this.#log.debug({ reason: error.message }, 'queue event stream error'));
    for (const name of EVENTS) events.on(name, ({ jobId }: { jobId: string }) => this.#notify(jobId));
    return { events, redis };
  }

  #notify(id: string): void {
    for (const listener of this.#listeners.get(id) ?? []) listener();
  }
}
