import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { z } from 'zod';
import { GitlabError } from '../errors.js';
import type { EventLog, ReceivedEvent, Rejected } from '../receive/receiver.js';
import { GROUP, KEYS } from './keys.js';
import { guarded, resultsOf } from './redis-call.js';

export interface EventLogOptions {
  /** Fails immediately while Redis is unavailable (`producerConnection`). */
  readonly redis: Redis;
  /** How many events may be waiting for evaluation before new ones are refused. */
  readonly maxBacklog: number;
  /** Called for each rejection after it was stored. Never rejects. */
  readonly onRejected: (rejected: Rejected) => Promise<void>;
  readonly logger: Logger;
}

/** An event read from the stream. */
export interface LoggedEvent {
  /** Its id in the stream; ids are in order of arrival. */
  readonly streamId: string;
  readonly received: ReceivedEvent;
}

const QUARANTINE_ENTRIES = 500;
const QUARANTINE_BYTES = 64 * 1024;

/** The durable log of received events: a Redis stream, read by a consumer group (`EventEvaluator`). */
export class RedisEventLog implements EventLog {
  readonly #options: EventLogOptions;
  /** Updated by the evaluator; a flood is refused before it fills the memory. */
  backlog = 0;

  constructor(options: EventLogOptions) {
    this.#options = options;
  }

  async append(events: readonly ReceivedEvent[]): Promise<void> {
    const { redis, maxBacklog } = this.#options;
    if (this.backlog > maxBacklog) {
      throw new GitlabError('audit-backlog', `${this.backlog} audit events are waiting to be evaluated`);
    }
    await guarded(async () => {
      const [only] = events;
      if (events.length === 1 && only !== undefined) return redis.xadd(KEYS.events, '*', ...fieldsOf(only));
      const transaction = redis.multi();
      for (const event of events) transaction.xadd(KEYS.events, '*', ...fieldsOf(event));
      return resultsOf(await transaction.exec());
    });
    this.backlog += events.length;
  }

  async quarantine(rejected: Rejected): Promise<void> {
    const { redis, logger, onRejected } = this.#options;
    const { raw, destination, receivedAt, headerType, reason, bytes } = rejected;
    logger.warn({ destination, headerType, reason, bytes }, 'audit event rejected');
    const fields = { destination, receivedAt: String(receivedAt), headerType, reason, bytes: String(bytes) };
    const entries = Object.entries(fields).flat();
    try {
      const kept = raw.subarray(0, QUARANTINE_BYTES);
      await redis.xadd(KEYS.quarantine, 'MAXLEN', '~', QUARANTINE_ENTRIES, '*', ...entries, 'raw', kept);
      await onRejected(rejected);
    } catch (error) {
      logger.error({ err: error }, 'a rejected audit event could not be stored');
    }
  }
}

function fieldsOf({ destination, receivedAt, headerType, sha256, raw }: ReceivedEvent): (string | Buffer)[] {
  const fields = { d: destination.id, i: destination.instance, at: String(receivedAt), t: headerType, h: sha256 };
  return [...Object.entries(fields).flat(), 'raw', raw];
}

const entrySchema = z.object({ d: z.string(), i: z.string(), at: z.coerce.number(), t: z.string(), h: z.string() });

/** Parses an entry of the stream. @throws ZodError if it was not written by this service */
export function parseEntry(streamId: Buffer | string, fields: readonly Buffer[]): LoggedEvent {
  const texts: Record<string, string> = {};
  let raw: Buffer = Buffer.alloc(0);
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [name, value] = [String(fields[at]), fields[at + 1]];
    if (value === undefined) continue;
    if (name === 'raw') raw = value;
    else texts[name] = value.toString('utf8');
  }
  const { d, i, at, t, h } = entrySchema.parse(texts);
  const destination = { id: d, instance: i };
  return { streamId: String(streamId), received: { destination, receivedAt: at, headerType: t, sha256: h, raw } };
}

/** Creates the consumer group; not an error if it exists. */
export async function ensureGroup(redis: Redis): Promise<void> {
  try {
    await redis.xgroup('CREATE', KEYS.events, GROUP, '0', 'MKSTREAM');
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('BUSYGROUP')) throw error;
  }
}
