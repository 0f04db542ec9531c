import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { RuleEngine } from '../../rules/index.js';
import { type GitlabEvent, readEvent } from '../event/event.js';
import { type Sameness, samenessOf } from '../event/same-event.js';
import { burstsOf, type Feeds } from '../feed/feeds.js';
import { evaluateRules } from '../fields/evaluate.js';
import type { EvaluatedEvent } from '../fields/evaluated-event.js';
import type { Places } from '../geo/place.js';
import type { StoredAlert } from './alerts.js';
import { ensureGroup, type LoggedEvent, parseEntry, type RedisEventLog } from './event-log.js';
import { GROUP, indexNames, KEYS } from './keys.js';
import { resultsOf } from './redis-call.js';
import { prepareSettling, type Settled, settle } from './settle.js';

export interface EventEvaluatorOptions {
  /** A dedicated connection, since it blocks (`workerConnection`). */
  readonly redis: Redis;
  readonly log: RedisEventLog;
  /** Read again for each event: a reload may replace the engine between two events. */
  readonly rules: { readonly engine: RuleEngine<EvaluatedEvent> };
  readonly places: Places;
  readonly feeds: Feeds;
  /** Name of this consumer among the API hosts. */
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
/** Slow arrivals are collected, so that they share the overhead of a batch. */
const GATHER_MS = 100;
const GATHERED = BATCH / 2;
/** A consumer that has not settled an event after this time is considered dead. */
const ABANDONED_MS = 15_000;
const HOUSEKEEPING_MS = 5_000;
const RETRY_MS = 500;

type Entry = [id: Buffer, fields: Buffer[]];

/** Reads received events, evaluates the rules for each, and stores the results. Each event is settled exactly once. */
export class EventEvaluator {
  readonly #options: EventEvaluatorOptions;
  #stopping = false;
  #running: Promise<void> = Promise.resolve();
  #housekeptAt = Number.NEGATIVE_INFINITY;

  constructor(options: EventEvaluatorOptions) {
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
        this.#options.logger.warn({ err: error }, 'audit events could not be evaluated, retrying');
        // Redis may have been restarted, so the group and the script must be created again.
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

  /** Takes over events from dead consumers, deletes old and excess ones, and updates the log's backlog. */
  async #keepHouse(): Promise<void> {
    const { redis, now, log, retentionS, maxEvents } = this.#options;
    if (now() - this.#housekeptAt < HOUSEKEEPING_MS) return;
    await ensureGroup(redis);
    await prepareSettling(redis);
    await this.#takeOver();
    await redis.xtrim(KEYS.events, 'MINID', '~', String(now() - retentionS * 1000));
    // Far fewer events are waiting than are kept (`maxBacklog`), so none is trimmed before its evaluation.
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
    const evaluated = entries.map(([id, fields]) => this.#evaluate(parseEntry(id, fields)));
    const pipeline = redis.pipeline();
    for (const { streamId, event, same, alerts } of evaluated) {
      const indexes = indexNames(event);
      const texts = alerts.map((alert) => JSON.stringify(alert));
      settle(pipeline, { streamId, same, time: event.time, now: now(), indexes, alerts: texts }, retentionS);
    }
    const settled = resultsOf(await pipeline.exec()) as Settled[];
    log.backlog = Math.max(0, log.backlog - entries.length);
    for (const [index, { event, alerts }] of evaluated.entries()) {
      const outcome = settled[index] ?? 'gone';
      onSettled(outcome, outcome === 'new' ? alerts : [], event.receivedAt - event.time);
    }
    const arrivals = evaluated.map(({ event }) => ({ destination: event.destination, at: event.receivedAt }));
    for (const [destination, burst] of burstsOf(arrivals)) await feeds.note(destination, burst);
  }

  #evaluate({ streamId, received }: LoggedEvent): {
    streamId: string;
    event: GitlabEvent;
    same: Sameness;
    alerts: readonly StoredAlert[];
  } {
    const event = readEvent(received);
    const place = this.#options.places.locate(event.ipAddress === undefined ? null : event.ip);
    const madeAt = new Date(this.#options.now()).toISOString();
    const alerts = evaluateRules(this.#options.rules.engine, { event, place }).map((alert) => ({
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

/** Redis returns maps as flat lists. */
function pairs(flat: readonly unknown[]): [string, unknown][] {
  const found: [string, unknown][] = [];
  for (let at = 0; at + 1 < flat.length; at += 2) found.push([String(flat[at]), flat[at + 1]]);
  return found;
}
