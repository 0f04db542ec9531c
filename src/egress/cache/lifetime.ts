import type { IncomingHttpHeaders } from 'node:http';
import CachePolicy from 'http-cache-semantics';

/** The stored headers: those that describe the body, and those needed for caching and revalidation. */
const KEPT = ['content-type', 'etag', 'last-modified', 'cache-control', 'digest', 'repr-digest'] as const;

/** Kept short because a new version may be published, or one be taken down. */
const MAX_DOCUMENT_MS = 300_000;
/** Registries allow a year, since a tarball does not change; but it may be taken down. */
const MAX_TARBALL_MS = 86_400_000;
/** For tarballs without caching headers. Shorter, because some registries allow publishing a version again. */
const SILENT_TARBALL_MS = 3_600_000;

/** The stored headers of an answer. */
export type KeptHeaders = Readonly<Partial<Record<(typeof KEPT)[number], string>>>;

export function keptHeaders(headers: IncomingHttpHeaders): KeptHeaders {
  return Object.fromEntries(
    KEPT.flatMap((name) => (typeof headers[name] === 'string' ? [[name, headers[name]] as const] : [])),
  );
}

/** The conditional headers for revalidating an entry; undefined if the registry sent no validator. */
export function conditionOf(kept: KeptHeaders): Record<string, string> | undefined {
  if (kept.etag !== undefined) return { 'if-none-match': kept.etag };
  if (kept['last-modified'] !== undefined) return { 'if-modified-since': kept['last-modified'] };
  return undefined;
}

/**
 * How long an answer may be reused without revalidation, in milliseconds; undefined if it must not be stored (RFC 9111). Answers to
 * requests with credentials are stored per credentials, so for them this is a private cache.
 */
export function lifetimeOf(
  headers: IncomingHttpHeaders,
  kind: 'document' | 'tarball',
  isPrivate: boolean,
): number | undefined {
  const options = { shared: !isPrivate, cacheHeuristic: 0, immutableMinTimeToLive: 0 };
  const policy = new CachePolicy({ method: 'GET', url: '/', headers: {} }, { status: 200, headers }, options);
  if (!policy.storable() || headers.vary === '*') return undefined;
  const isSilent = headers['cache-control'] === undefined && headers.expires === undefined;
  if (isSilent) return kind === 'tarball' ? SILENT_TARBALL_MS : 0;
  return Math.min(Math.max(0, policy.timeToLive()), kind === 'tarball' ? MAX_TARBALL_MS : MAX_DOCUMENT_MS);
}
