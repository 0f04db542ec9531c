import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { producerConnection, untilReady } from '../../../src/queue/connection.js';
import { type RedisServer, startRedisServer } from '../../../src/queue/redis-server.js';
import { document } from '../../gitlab/events.js';
import { dataFolder, eventually, ServiceProcess } from '../../support/service-process.js';

const EVENTS = 100_000;
const KILLS = 10;
const SENDERS = 8;
const TOKEN = '0123456789abcdef-one';
/** Every hundredth event matches a rule. */
const ALERT_EVERY = 100;

const data = dataFolder();
const folder = mkdtempSync(join(tmpdir(), 'pw-kill-'));
const silent = pino({ level: 'silent' });
let redis: RedisServer;
let service: ServiceProcess;

/** The API host, over a Redis that outlives it. */
function startService(port: string): Promise<ServiceProcess> {
  const destinations = join(folder, 'destinations.json');
  writeFileSync(
    destinations,
    JSON.stringify({ destinations: [{ id: 'd1', instance: 'https://gitlab.example', tokens: [TOKEN] }] }),
  );
  const env = {
    PACKWARDEN_DATA_DIR: data.path,
    PACKWARDEN_REDIS_URL: redis.url,
    PACKWARDEN_GITLAB_DESTINATIONS_FILE: destinations,
    PACKWARDEN_LOG_LEVEL: 'error',
    PACKWARDEN_PORT: port,
  };
  return ServiceProcess.start(env, 'api');
}

beforeAll(async () => {
  redis = await startRedisServer(join(folder, 'redis'), silent);
  service = await startService('0');
});
afterAll(async () => {
  await service.stop();
  await redis.stop();
  data.remove();
  rmSync(folder, { recursive: true, force: true });
});

function body(from: number, count: number): string {
  const created_at = new Date().toISOString();
  const events = Array.from({ length: count }, (_, index) => {
    const id = from + index;
    const event_type = id % ALERT_EVERY === 0 ? 'webhook_created' : 'project_topic_changed';
    return document({ id: `event-${id}`, event_type, created_at }, { n: id });
  });
  return JSON.stringify(count === 1 ? events[0] : events);
}

/** Sends until it is acknowledged, as a careful sender does. */
async function deliver(url: string, text: string): Promise<void> {
  for (;;) {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-gitlab-event-streaming-token': TOKEN };
    const answer = await fetch(url, { method: 'POST', headers, body: text }).catch(() => undefined);
    await answer?.text().catch(() => undefined);
    if (answer?.ok) return;
    await sleep(20);
  }
}

it('100,000 events, the service killed ten times: none lost, none counted twice', { timeout: 300_000 }, async () => {
  const { port } = new URL(service.url);
  const url = `${service.url}/gitlab/audit-events`;
  let next = 0;
  let delivered = 0;
  const sender = async (): Promise<void> => {
    while (next < EVENTS) {
      const from = next;
      const count = Math.min(EVENTS - from, 1 + ((from * 7) % 97));
      next += count;
      await deliver(url, body(from, count));
      delivered += count;
    }
  };
  const senders = Promise.all(Array.from({ length: SENDERS }, sender));
  for (let kill = 1; kill <= KILLS; kill += 1) {
    // Somewhere within each tenth.
    const moment = ((kill - Math.random()) * EVENTS) / (KILLS + 1);
    await eventually(`${moment} events`, 60_000, () => delivered >= moment || undefined);
    await service.stop('SIGKILL');
    service = await startService(port);
  }
  await senders;

  const client = producerConnection(redis.url, silent);
  await untilReady(client, 10_000);
  const counters = () => client.hgetall('packwarden:gitlab:counters');
  await eventually('everything is judged', 90_000, async () => {
    const groups = (await client.xinfo('GROUPS', 'packwarden:gitlab:events')) as unknown[][];
    const fields = groups[0]?.map(String) ?? [];
    const of = (name: string) => Number(fields[fields.indexOf(name) + 1]);
    return (of('pending') === 0 && of('lag') === 0) || undefined;
  });
  const { events, duplicates = '0' } = await counters();
  expect(Number(events)).toBe(EVENTS);
  expect(await client.xlen('packwarden:gitlab:events')).toBe(EVENTS);
  expect(await client.xlen('packwarden:gitlab:alerts')).toBe(EVENTS / ALERT_EVERY);
  // Some were stored and never acknowledged: the sender's repetition was noticed.
  expect(Number(duplicates)).toBeGreaterThan(0);
  client.disconnect();
});
