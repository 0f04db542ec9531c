import type { IncomingHttpHeaders } from 'node:http';
import CachePolicy from 'http-cache-semantics';

/** Of an answer's head: what it says of its body, and whether and how it can be asked for anew. */
const KEPT = ['content-type', 'etag', 'last-modified', 'cache-control', 'digest', 'repr-digest'] as const;

/** A package may have a new version, and one may have been taken down. */
const MAX_DOCUMENT_MS = 300_000;
/** A tarball does not change, but it may be taken down; registries say a year. */
const MAX_TARBALL_MS = 86_400_000;
/** Of a tarball whose registry says nothing: some let a version be published once more, so it is not for a day. */
const SILENT_TARBALL_MS = 3_600_000;

/** What is kept of an answer's head. */
export type KeptHeaders = Readonly<Partial<Record<(typeof KEPT)[number], string>>>;

export function keptHeaders(headers: IncomingHttpHeaders): KeptHeaders {
  return Object.fromEntries(
    KEPT.flatMap((name) => (typeof headers[name] === 'string' ? [[name, headers[name]] as const] : [])),
  );
}

/** What asks whether it is still the same; undefined where the registry gave nothing to ask by. */
export function conditionOf(kept: KeptHeaders): Record<string, string> | undefined {
  if (kept.etag !== undefined) return { 'if-none-match': kept.etag };
  if (kept['last-modified'] !== undefined) return { 'if-modified-since': kept['last-modified'] };
  return undefined;
}

/**
 * For how long an answer may be given again without asking, in milliseconds; undefined where it may not be kept (RFC 9111).
 * What a registry tells to credentials is kept apart by them, so that it is a cache of one reader.
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
