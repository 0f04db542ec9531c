import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { RuleEngine } from '../../rules/index.js';
import { type GitlabEvent, readEvent } from '../event/event.js';
import { type Sameness, samenessOf } from '../event/same-event.js';
import { burstsOf, type Feeds } from '../feed/feeds.js';
import { judge } from '../fields/judge.js';
import type { JudgedEvent } from '../fields/judged-event.js';
import type { Places } from '../geo/place.js';
import type { StoredAlert } from './alerts.js';
import { ensureGroup, type LoggedEvent, parseEntry, type RedisEventLog } from './event-log.js';
import { GROUP, indexNames, KEYS } from './keys.js';
import { resultsOf } from './redis-call.js';
import { prepareSettling, type Settled, settle } from './settle.js';

export interface JudgeOptions {
  /** A connection of its own: it blocks (`workerConnection`). */
  readonly redis: Redis;
  readonly log: RedisEventLog;
  /** Asked anew for each event: a reload replaces the engine between two of them. */
  readonly rules: { readonly engine: RuleEngine<JudgedEvent> };
  readonly places: Places;
  readonly feeds: Feeds;
  /** Name of this reader among the API hosts. */
  readonly consumer: string;
  /** How long, and how many, events are kept. */
  readonly retentionS: number;
  readonly maxEvents: number;
  readonly now: () => number;
  readonly logger: Logger;
  readonly onSettled: (settled: Settled, alerts: readonly StoredAlert[], latenessMs: number) => void;
}

const BATCH = 500;
const BLOCK_MS = 500;
/** Events that trickle in are settled together: what a batch costs beside them is shared. */
const GATHER_MS = 100;
const GATHERED = BATCH / 2;
/** A reader that has not settled an event after this long is taken for dead. */
const ABANDONED_MS = 15_000;
const HOUSEKEEPING_MS = 5_000;
const RETRY_MS = 500;

type Entry = [id: Buffer, fields: Buffer[]];

/** Reads received events, asks the rules about each, and settles what follows. Each is settled exactly once. */
export class Judge {
  readonly #options: JudgeOptions;
  #stopping = false;
  #running: Promise<void> = Promise.resolve();
  #housekeptAt = Number.NEGATIVE_INFINITY;

  constructor(options: JudgeOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      try {
        await this.#keepHouse();
        const entries = await this.#next();
        await this.#settleAll(entries);
        if (entries.length < GATHERED) await sleep(GATHER_MS);
      } catch (error) {
        if (this.#stopping) return;
        this.#options.logger.warn({ err: error }, 'audit events could not be judged just now');
        // Redis is away, or started anew: then group and script are made again.
        await sleep(RETRY_MS);
        this.#housekeptAt = Number.NEGATIVE_INFINITY;
      }
    }
  }

  async #next(): Promise<readonly Entry[]> {
    const { redis, consumer } = this.#options;
    const answer = await redis.xreadgroupBuffer(
      'GROUP',
      GROUP,
      consumer,
      'COUNT',
      BATCH,
      'BLOCK',
      BLOCK_MS,
      'STREAMS',
      KEYS.events,
      '>',
    );
    const [stream] = (answer ?? []) as [name: Buffer, entries: Entry[]][];
    return stream?.[1] ?? [];
  }

  /** Takes over what dead readers left, forgets what is too old or too much, and tells the log how much waits. */
  async #keepHouse(): Promise<void> {
    const { redis, now, log, retentionS, maxEvents } = this.#options;
    if (now() - this.#housekeptAt < HOUSEKEEPING_MS) return;
    await ensureGroup(redis);
    await prepareSettling(redis);
    await this.#takeOver();
    await redis.xtrim(KEYS.events, 'MINID', '~', String(now() - retentionS * 1000));
    // What waits is far less than what is kept (`maxBacklog`), so nothing unjudged is trimmed.
    await redis.xtrim(KEYS.events, 'MAXLEN', '~', maxEvents);
    log.backlog = await this.#backlog();
    this.#housekeptAt = now();
  }

  async #takeOver(): Promise<void> {
    const { redis, consumer } = this.#options;
    let cursor = '0-0';
    do {
      const args = [KEYS.events, GROUP, consumer, ABANDONED_MS, cursor, 'COUNT', BATCH];
      const [next, entries] = (await redis.callBuffer('XAUTOCLAIM', ...args)) as [Buffer, (Entry | null)[]];
      await this.#settleAll(entries.filter((entry) => entry !== null));
      cursor = String(next);
    } while (cursor !== '0-0');
  }

  async #backlog(): Promise<number> {
    const groups = (await this.#options.redis.xinfo('GROUPS', KEYS.events)) as unknown[][];
    const fields = groups.map((group) => new Map(pairs(group))).find((group) => group.get('name') === GROUP);
    return Number(fields?.get('lag') ?? 0) + Number(fields?.get('pending') ?? 0);
  }

  async #settleAll(entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return;
    const { redis, now, retentionS, log, onSettled, feeds } = this.#options;
    const judged = entries.map(([id, fields]) => this.#judge(parseEntry(id, fields)));
    const pipeline = redis.pipeline();
    for (const { streamId, event, same, alerts } of judged) {
      const indexes = indexNames(event);
      const texts = alerts.map((alert) => JSON.stringify(alert));
      settle(pipeline, { streamId, same, time: event.time, now: now(), indexes, alerts: texts }, retentionS);
    }
    const settled = resultsOf(await pipeline.exec()) as Settled[];
    log.backlog = Math.max(0, log.backlog - entries.length);
    for (const [index, { event, alerts }] of judged.entries()) {
      const outcome = settled[index] ?? 'gone';
      onSettled(outcome, outcome === 'new' ? alerts : [], event.receivedAt - event.time);
    }
    const arrivals = judged.map(({ event }) => ({ destination: event.destination, at: event.receivedAt }));
    for (const [destination, burst] of burstsOf(arrivals)) await feeds.note(destination, burst);
  }

  #judge({ streamId, received }: LoggedEvent): {
    streamId: string;
    event: GitlabEvent;
    same: Sameness;
    alerts: readonly StoredAlert[];
  } {
    const event = readEvent(received);
    const place = this.#options.places.locate(event.ipAddress === undefined ? null : event.ip);
    const madeAt = new Date(this.#options.now()).toISOString();
    const alerts = judge(this.#options.rules.engine, { event, place }).map((alert) => ({
      ...alert,
      tags: [...alert.tags],
      fields: { ...alert.fields },
      origin: 'packwarden' as const,
      time: new Date(event.time).toISOString(),
      madeAt,
      instance: event.instance,
      project: projectOf(event),
    }));
    return { streamId, event, same: samenessOf(event), alerts };
  }
}

function projectOf({ entityType, entityId, entityPath }: GitlabEvent): StoredAlert['project'] {
  if (entityType !== 'Project' || entityId === undefined) return null;
  return { id: entityId, path: entityPath ?? null };
}

/** Redis answers maps as flat lists. */
function pairs(flat: readonly unknown[]): [string, unknown][] {
  const found: [string, unknown][] = [];
  for (let at = 0; at + 1 < flat.length; at += 2) found.push([String(flat[at]), flat[at + 1]]);
  return found;
}
