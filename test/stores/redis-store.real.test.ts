import { describe, expect, it } from 'vitest';
import { RedisStore } from '../../src/stores/redis-store.js';
import { ownRedis } from '../queue/own-redis.js';
import { describeContract } from './contract.js';

const redis = ownRedis();
const store = (): RedisStore =>
  new RedisStore({ redis: redis(), prefix: 'packwarden:reports:', keptS: 3_600, now: () => Date.now() });

describe('Redis as a store', () => {
  describeContract(store);

  it('keeps an object for as long as it is told, and no longer', async () => {
    await store().put('day/x', Buffer.from('x'));
    const left = await redis().ttl('packwarden:reports:day/x');
    expect(left).toBeGreaterThan(3_500);
    expect(left).toBeLessThanOrEqual(3_600);
  });
});
