import type { EgressRequest, UnreadContact } from '../../egress/content/request.js';
import { isFacts } from './facts.js';
import { opaqueChars } from './opaque.js';
import { isOwnSite, type Sites } from './own-site.js';

/**
 * What was wanted of a host, by what was sent to it:
 * `identity`: something of the sandbox itself was sent; `download`: something was asked for, and nothing sent; `telemetry`: some
 * facts in the open; `unknown`: something that can't be read, or that is none of these.
 */
export type Meaning = 'identity' | 'download' | 'telemetry' | 'unknown';

/** What one package, or somebody unknown, sent to one host. */
export interface Sent {
  readonly host: string;
  readonly port: number | null;
  /** What of the sandbox itself is in the host's name. */
  readonly tells?: readonly string[];
  readonly requests: readonly EgressRequest[];
  /** Requests that are not told one by one. */
  readonly requestsLeft: number;
  readonly unread: readonly UnreadContact[];
}

/** A contact's meaning, and whether it is the package's own host. */
export interface JudgedContact {
  readonly meaning: Meaning;
  /** Whether all of it went to what the package names as its own. */
  readonly isOwn: boolean;
}

/** In paths and queries of all requests together: the hash of a version (SHA-256 in hexadecimal), not a token. */
const MAX_OPAQUE_IN_PATHS = 64;
const MAX_QUERY = 200;
const MAX_PATH = 400;
/** In values of headers of all requests together: ids of a trace, a key that names a project, the hash of what is there already. */
const MAX_OPAQUE_IN_HEADERS = 160;
/** Clients send some 300 characters in all, a browser's some 600. */
const MAX_HEADER_CHARS = 1_200;
/** What facts about a program's use come to. */
const MAX_TELEMETRY_BYTES = 4_000;
const MAX_TELEMETRY_REQUESTS = 20;
/** A machine's or a session's id, some of them. */
const MAX_OPAQUE_IN_TELEMETRY = 128;

/** Judges what was sent to one host by its content. `sites`: of the package that sent it; empty where that is not known or not believed. */
export function judgeContact(sent: Sent, sites: Sites): JudgedContact {
  const { host, requests, unread, requestsLeft, tells: inName = [] } = sent;
  const isOwn = requests.length > 0 && requests.every(({ path }) => isOwnSite(sites, host, path));
  const told = [...inName, ...requests.flatMap(({ tells }) => tells)];
  if (told.length > 0) return { meaning: 'identity', isOwn };
  if (requests.length === 0 || unread.length > 0 || requestsLeft > 0) return { meaning: 'unknown', isOwn };
  // What headers are called is the program's own choice, too.
  const chosen = [...requests.map(({ path }) => path), ...requests.flatMap(({ headers }) => headers)];
  if (opaqueChars(...chosen) > MAX_OPAQUE_IN_PATHS) return { meaning: 'unknown', isOwn };
  const values = requests.map(({ headerValues }) => headerValues);
  if (opaqueChars(...values) > MAX_OPAQUE_IN_HEADERS) return { meaning: 'unknown', isOwn };
  if (distinctChars(values) > MAX_HEADER_CHARS) return { meaning: 'unknown', isOwn };
  if (requests.every(isDownload)) return { meaning: 'download', isOwn };
  if (requests.every((request) => isDownload(request) || isTelemetry(request)) && isFew(requests)) {
    return { meaning: 'telemetry', isOwn };
  }
  return { meaning: 'unknown', isOwn };
}

/** Characters in the lines of some texts, each line once. */
function distinctChars(texts: readonly string[]): number {
  return [...new Set(texts.flatMap((text) => text.split('\n')))].reduce((sum, { length }) => sum + length, 0);
}

/** Asks for something, and sends nothing. */
function isDownload({ method, path, bodyBytes }: EgressRequest): boolean {
  const query = path.split('?').slice(1).join('?');
  const isShort = path.length <= MAX_PATH && query.length <= MAX_QUERY;
  return (method === 'GET' || method === 'HEAD') && bodyBytes === 0 && isShort;
}

function isFew(requests: readonly EgressRequest[]): boolean {
  return requests.reduce((sum, { count }) => sum + count, 0) <= MAX_TELEMETRY_REQUESTS;
}

/** JSON that can be read to its end, is facts, and in which nothing looks encoded, but for an id. */
function isTelemetry({ method, bodyBytes, bodyKind, body }: EgressRequest): boolean {
  if (method !== 'POST' && method !== 'PUT') return false;
  if (bodyKind !== 'json' || bodyBytes > MAX_TELEMETRY_BYTES) return false;
  try {
    return isFacts(JSON.parse(body)) && opaqueChars(body) <= MAX_OPAQUE_IN_TELEMETRY;
  } catch {
    // It was cut: what is not shown may be anything.
    return false;
  }
}
