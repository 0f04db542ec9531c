import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { KnownRegistry } from '../registry/known-registry.js';

/** A program's request to a registry that it may reach. */
export interface CacheRequest {
  readonly registry: KnownRegistry;
  readonly method: 'GET' | 'HEAD';
  /** As sent, including the registry's base path. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Identifies the job's gateway, through which the registry is asked. A failure there does not affect requests of other jobs. */
  readonly gateway: object;
}

/** The cache's own request to a registry. Only the choice of document or tarball comes from the client. */
export interface CacheQuestion {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /**
   * Whether the registry may redirect to another host. That is safe for tarballs, whose content is checked against the hash that the
   * registry names.
   */
  readonly mayRedirect: boolean;
}

/**
 * Sends the cache's request to the registry, with the registry's credentials, through the gateway of the requesting job. It may outlive the
 * client's request (other clients may wait for the same answer), but not the job. If redirects are allowed, they are followed as far as the
 * job's policy permits, without the credentials.
 */
export type Ask = (question: CacheQuestion, signal: AbortSignal) => Promise<IncomingMessage>;

export interface CacheAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Must be read to its end or destroyed. */
  readonly body: Readable;
  /** Why the registry failed to answer; then the answer is the cache's own. */
  readonly fault?: string;
}

/** Counters since the cache was opened. They never decrease. */
export interface CacheCounters {
  /** Requests answered from the cache, including those that the registry revalidated (304). */
  readonly hits: number;
  readonly hitBytes: number;
  /** Requests that were sent to the registry. */
  readonly misses: number;
  /** Requests that shared another request's download. */
  readonly shared: number;
  /** Requests answered with a possibly outdated entry, because the registry did not answer. */
  readonly stale: number;
  /** Requests that neither the registry nor the cache could answer. */
  readonly unanswered: number;
  /** Downloaded tarballs whose hash differs from the one in the registry's document. */
  readonly mismatches: number;
  /** Entries found damaged on disk. */
  readonly damaged: number;
}

/** Caches the answers of registries. Equal requests get equal answers; nothing that one client sends can change what another one gets. */
export interface RegistryCache {
  /**
   * Undefined if the request is not cacheable (a HEAD that is not in the cache, credentials of the client, a path that servers interpret
   * differently): the caller passes it on, and the answer is not stored. `signal` is aborted when the client leaves. If the registry does
   * not answer, the result is a 502, 503 or 504 with the registry's name. @throws the abort reason of `signal`
   */
  answer(request: CacheRequest, ask: Ask, signal: AbortSignal): Promise<CacheAnswer | undefined>;
  counters(): CacheCounters;
}
