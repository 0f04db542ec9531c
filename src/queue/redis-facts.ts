import type { Logger } from 'pino';
import { producerConnection, type RedisUrl, untilReady } from './connection.js';

/** What is known of a Redis. Settings are empty where it does not tell them (managed ones forbid CONFIG). */
export interface RedisFacts {
  readonly version: string;
  readonly nowMs: number;
  readonly usedBytes: number;
  /** 0: no limit. */
  readonly maxBytes: number;
  readonly appendOnly: string;
  readonly appendSync: string;
  readonly evictionPolicy: string;
}

const READY_MS = 3_000;

/** Asks a Redis about itself. @throws when it does not answer in time */
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

/** Names and values by turns. */
function settingsOf(answer: unknown): ReadonlyMap<string, string> {
  const texts = Array.isArray(answer) ? answer.map(String) : [];
  return new Map(texts.flatMap((name, i) => (i % 2 === 0 ? [[name, texts[i + 1] ?? ''] as const] : [])));
}
