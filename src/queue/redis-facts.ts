import type { Logger } from 'pino';
import { producerConnection, type RedisUrl, untilReady } from './connection.js';

/** Facts about a Redis server. Settings are empty if it does not reveal them (managed ones forbid CONFIG). */
export interface RedisFacts {
  readonly version: string;
  readonly nowMs: number;
  readonly usedBytes: number;
  /** 0 means no limit. */
  readonly maxBytes: number;
  readonly appendOnly: string;
  readonly appendSync: string;
  readonly evictionPolicy: string;
}

const READY_MS = 3_000;

/** Queries a Redis server about itself. @throws if it does not answer in time */
export async function redisFacts(url: RedisUrl, log: Logger): Promise<RedisFacts> {
  const redis = producerConnection(url, log);
  try {
    await untilReady(redis, READY_MS);
    const [info, [seconds, micros], settings] = await Promise.all([
      redis.info(),
      redis.time(),
      redis.config('GET', '*append*').catch(() => []),
    ]);
    const setting = settingsOf(settings);
    return {
      version: lineOf(info, 'redis_version'),
      nowMs: Number(seconds) * 1000 + Number(micros) / 1000,
      usedBytes: Number(lineOf(info, 'used_memory')),
      maxBytes: Number(lineOf(info, 'maxmemory')),
      appendOnly: setting.get('appendonly') ?? '',
      appendSync: setting.get('appendfsync') ?? '',
      evictionPolicy: lineOf(info, 'maxmemory_policy'),
    };
  } finally {
    redis.disconnect();
  }
}

function lineOf(info: string, name: string): string {
  return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? '';
}

/** Converts alternating names and values. */
function settingsOf(answer: unknown): ReadonlyMap<string, string> {
  const texts = Array.isArray(answer) ? answer.map(String) : [];
  return new Map(texts.flatMap((name, i) => (i % 2 === 0 ? [[name, texts[i + 1] ?? ''] as const] : [])));
}
