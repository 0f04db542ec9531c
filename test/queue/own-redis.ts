import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { type RedisServer, startRedisServer } from '../../src/queue/redis-server.js';

/** A Redis for the tests of a file, empty before each; the returned function gives a connection to it once they have begun. */
export function ownRedis(): () => Redis {
  const folder = mkdtempSync(join(tmpdir(), 'pw-redis-'));
  let server: RedisServer | undefined;
  let redis: Redis | undefined;
  const connected = (): Redis => {
    if (redis === undefined) throw new Error('there is no Redis before the first test');
    return redis;
  };
  beforeAll(async () => {
    server = await startRedisServer(folder, pino({ level: 'silent' }));
    redis = new Redis(server.url.replace(/^unix:\/\//, ''));
  });
  afterAll(async () => {
    redis?.disconnect();
    await server?.stop();
    rmSync(folder, { recursive: true });
  });
  beforeEach(async () => void (await connected().flushall()));
  return connected;
}
