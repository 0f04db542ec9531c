import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { Ask, CacheAnswer, RegistryCache } from '../../../src/egress/cache/port.js';
import { openRegistryCache, type RegistryCacheOptions } from '../../../src/egress/cache/registry-cache.js';
import { silent } from '../harness.js';
import { TestRegistry } from './registry.js';

/** An answer that was read to its end. */
export interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
}

/** What one job is to the cache. */
export interface Job {
  readonly cache: RegistryCache;
  readonly registry: TestRegistry;
  readonly ask?: Ask;
  readonly way?: object;
  readonly authorization?: string;
  /** The registry's URL, where it is not the server's. */
  readonly url?: string;
}

/** Registries, folders and caches of a test file; they go after each test. */
export function workshop() {
  const undo: (() => unknown)[] = [];
  afterEach(async () => {
    for (const each of undo.splice(0).reverse()) await each();
  });
  const folder = async (): Promise<string> => {
    const made = await mkdtemp(join(tmpdir(), 'packwarden-cache-'));
    undo.push(() => rm(made, { recursive: true, force: true, maxRetries: 5 }));
    return made;
  };
  return {
    folder,
    async registry(): Promise<TestRegistry> {
      const started = await new TestRegistry().start();
      undo.push(() => started.stop());
      return started;
    },
    /** Registries that fail are asked again at once. */
    async cache(options: Partial<RegistryCacheOptions> = {}): Promise<RegistryCache> {
      return openRegistryCache({
        folder: options.folder ?? (await folder()),
        maxBytes: 256 * 1024 ** 2,
        clock: Date,
        log: silent,
        limits: { answerMs: 5_000, retryMs: [1, 2] },
        ...options,
      });
    },
  };
}

/** One request; undefined where it is nothing for the cache. */
export async function open(
  { cache, registry, ask = registry.ask, way = registry, authorization, url = registry.url }: Job,
  path: string,
  headers: IncomingHttpHeaders = {},
  signal: AbortSignal = new AbortController().signal,
  method: 'GET' | 'HEAD' = 'GET',
): Promise<CacheAnswer | undefined> {
  return cache.answer({ registry: { url, authorization }, method, path, headers, gateway: way }, ask, signal);
}

export async function read({ status, headers, body }: CacheAnswer): Promise<Got> {
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk);
  return { status, headers, bytes: Buffer.concat(chunks) };
}

/** The same, read to its end. @throws when it is nothing for the cache */
export async function get(job: Job, path: string, headers: IncomingHttpHeaders = {}): Promise<Got> {
  const answer = await open(job, path, headers);
  if (answer === undefined) throw new Error(`${path} is nothing for the cache`);
  return read(answer);
}

/** Asks until the answer comes from the cache: it is written when the first client has its bytes already. */
export async function untilKept(job: Job, path: string, headers: IncomingHttpHeaders = {}): Promise<Got> {
  for (const deadline = Date.now() + 10_000; ; ) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    const { hits } = job.cache.counters();
    const got = await get(job, path, headers);
    if (job.cache.counters().hits > hits) return got;
    if (Date.now() > deadline) throw new Error(`${path} was never kept`);
  }
}
