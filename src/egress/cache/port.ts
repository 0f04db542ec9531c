import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { KnownRegistry } from '../registry/known-registry.js';

/** What a program in a sandbox asks of a registry that it may reach. */
export interface CacheRequest {
  readonly registry: KnownRegistry;
  readonly method: 'GET' | 'HEAD';
  /** As it was sent, with the registry's own folder. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The way out that it is asked by, the same for all requests of one job: what fails on it is not held against another job's. */
  readonly way: object;
}

/** What the cache asks a registry: nothing of it is a client's but which document or tarball is wanted. */
export interface CacheQuestion {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether it may lie elsewhere: what comes is compared with the hash that the registry itself names. */
  readonly mayLieElsewhere: boolean;
}

/**
 * Asks the registry of a request, with the registry's own credentials, by the way out of the job that the request is of. It outlives
 * the request (others may wait for the same answer), but not the job. A redirect of what may lie elsewhere is followed as far as the job may reach,
 * without the credentials.
 */
export type Ask = (question: CacheQuestion, signal: AbortSignal) => Promise<IncomingMessage>;

export interface CacheAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** To be read to its end or destroyed. */
  readonly body: Readable;
  /** Why the registry gives none: then this is the cache's own. */
  readonly fault?: string;
}

/** What a cache has done since it was opened. Each only rises. */
export interface CacheCounters {
  /** Requests answered from the cache, those included that the registry confirmed (304). */
  readonly hits: number;
  readonly hitBytes: number;
  /** Requests that the registry was asked for. */
  readonly misses: number;
  /** Requests that shared the download of another one. */
  readonly shared: number;
  /** Requests answered with what may be out of date, because the registry did not answer. */
  readonly stale: number;
  /** Requests that the registry did not answer, and nothing was kept for. */
  readonly unanswered: number;
  /** Downloaded tarballs that are not what the registry's document names. */
  readonly mismatches: number;
  /** Entries that were damaged on disk. */
  readonly damaged: number;
}

/** Keeps what registries answer. Whoever asks for the same gets the same; nothing that a client sends changes what another one gets. */
export interface RegistryCache {
  /**
   * Undefined where the request is none for a cache (HEAD of what is not kept, credentials of the client's own, a path that is read
   * in more ways than one): the caller passes it on, and nothing of it is kept. `signal` ends when the client goes.
   * Where the registry does not answer it is a 502, 503 or 504 with its name. @throws whatever `signal` ends with
   */
  answer(request: CacheRequest, ask: Ask, signal: AbortSignal): Promise<CacheAnswer | undefined>;
  counters(): CacheCounters;
}
