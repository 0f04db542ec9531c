import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { Correlator } from '../../src/gitlab/correlator.js';
import { Feeds } from '../../src/gitlab/feed/feeds.js';
import { OperatorAlerts } from '../../src/gitlab/feed/operator-alerts.js';
import { SilenceWatch } from '../../src/gitlab/feed/silence-watch.js';
import { NO_PLACES } from '../../src/gitlab/geo/databases.js';
import { Destinations } from '../../src/gitlab/receive/destinations.js';
import { EventReceiver } from '../../src/gitlab/receive/receiver.js';
import { AlertStore } from '../../src/gitlab/store/alerts.js';
import { EventEvaluator } from '../../src/gitlab/store/evaluator.js';
import { ensureGroup, RedisEventLog } from '../../src/gitlab/store/event-log.js';
import { EventStore } from '../../src/gitlab/store/event-store.js';
import { CorrelationResults } from '../../src/gitlab/store/results.js';
import type { Settled } from '../../src/gitlab/store/settle.js';
import { producerConnection, untilReady, workerConnection } from '../../src/queue/connection.js';
import { startRedisServer } from '../../src/queue/redis-server.js';
import { INSTANCE } from './events.js';
import { ownRules } from './rules.js';

export const TOKENS = ['0123456789abcdef-one', '0123456789abcdef-two'] as const;

/** The whole room over a real Redis, without HTTP. `clock.now` is what it takes for the time. */
export async function startRig() {
  const folder = mkdtempSync(join(tmpdir(), 'pw-gl-'));
  const logger = pino({ level: 'silent' });
  const server = await startRedisServer(join(folder, 'redis'), logger);
  const redis = producerConnection(server.url, logger);
  await untilReady(redis, 10_000);
  const destinations = Destinations.parse(
    JSON.stringify({
      destinations: TOKENS.map((token, index) => ({ id: `d${index + 1}`, instance: INSTANCE, tokens: [token] })),
    }),
  );
  const clock = { now: Date.now() };
  const now = () => clock.now;
  const rules = { engine: await ownRules() };
  const feeds = new Feeds(redis);
  const alerts = new AlertStore(redis);
  const operator = new OperatorAlerts({ redis, rules, alerts, destinations, now, logger });
  const log = new RedisEventLog({
    redis,
    maxBacklog: 1_000,
    logger,
    onRejected: (rejected) => operator.rejected(rejected),
  });
  const receiver = new EventReceiver({ destinations, log, now, logger });
  const silence = new SilenceWatch({ destinations, feeds, alerts: operator, now, logger });
  const correlator = new Correlator({
    destinations,
    events: new EventStore(redis),
    alerts,
    results: new CorrelationResults(redis, 86_400),
    feeds,
    backlog: () => 0,
    now,
  });
  const evaluators: { readonly evaluator: EventEvaluator; readonly reader: Redis }[] = [];
  const settled: Settled[] = [];

  /** Starts a reader, as one API host has. */
  async function startEvaluator(consumer = 'host'): Promise<EventEvaluator> {
    const reader = workerConnection(server.url, logger);
    await ensureGroup(reader);
    const shared = { redis: reader, log, rules, places: NO_PLACES, feeds: new Feeds(reader), consumer, now, logger };
    const evaluator = new EventEvaluator({
      ...shared,
      retentionS: 9 * 86_400,
      maxEvents: 10_000,
      onSettled: (outcome) => settled.push(outcome),
    });
    evaluators.push({ evaluator, reader });
    evaluator.start();
    return evaluator;
  }

  return {
    url: server.url,
    redis,
    clock,
    settled,
    alerts,
    feeds,
    log,
    receiver,
    silence,
    correlator,
    startEvaluator,
    /** Sends a body as the destination with this token does. */
    send(body: string, token: string = TOKENS[0]) {
      const destination = receiver.authenticate([token]);
      return receiver.receive({ destination, contentType: '', headerType: '' }, Buffer.from(body));
    },
    async stopEvaluators() {
      for (const { evaluator, reader } of evaluators.splice(0)) {
        await evaluator.stop();
        reader.disconnect();
      }
    },
    async close() {
      await this.stopEvaluators();
      redis.disconnect();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
export type Rig = Awaited<ReturnType<typeof startRig>>;
