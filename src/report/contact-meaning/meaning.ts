import type { EgressRequest, UnreadContact } from '../../egress/content/request.js';
import { isFacts } from './facts.js';
import { opaqueChars } from './opaque.js';
import { isOwnSite, type Sites } from './own-site.js';

/**
 * What a program wanted from a host, derived from what it sent: `identity`: something about the sandbox itself was sent;
 * `download`: something was requested and nothing was sent; `telemetry`: a few readable facts were sent; `unknown`: the content
 * is unreadable, or it is none of these.
 */
export type Meaning = 'identity' | 'download' | 'telemetry' | 'unknown';

/** What one package, or an unknown one, sent to one host. */
export interface Sent {
  readonly host: string;
  readonly port: number | null;
  /** What the host's name reveals about the sandbox itself. */
  readonly tells?: readonly string[];
  readonly requests: readonly EgressRequest[];
  /** How many further requests there were that are not listed. */
  readonly requestsLeft: number;
  readonly unread: readonly UnreadContact[];
}

/** The meaning of a contact, and whether the host belongs to the package. */
export interface ContactAssessment {
  readonly meaning: Meaning;
  /** Whether every request went to an address that the package names as its own. */
  readonly isOwn: boolean;
}

/**
 * For the paths and queries of all requests together: enough for the hash of a version (SHA-256 in hexadecimal), but not for a
 * token too.
 */
const MAX_OPAQUE_IN_PATHS = 64;
const MAX_QUERY = 200;
const MAX_PATH = 400;
/** For the header values of all requests together: trace ids, a key that identifies a project, the hash of an existing file. */
const MAX_OPAQUE_IN_HEADERS = 160;
/** Clients send about 300 characters in total, browsers about 600. */
const MAX_HEADER_CHARS = 1_200;
/** Limits for facts about a program's use. */
const MAX_TELEMETRY_BYTES = 4_000;
const MAX_TELEMETRY_REQUESTS = 20;
/** A few ids of machines or sessions. */
const MAX_OPAQUE_IN_TELEMETRY = 128;

/**
 * Rates what was sent to one host by its content. `sites`: those of the package that sent it; none if they are not known or not
 * trusted.
 */
export function assessContact(sent: Sent, sites: Sites): ContactAssessment {
  const { host, requests, unread, requestsLeft, tells: inName = [] } = sent;
  const isOwn = requests.length > 0 && requests.every(({ path }) => isOwnSite(sites, host, path));
  const told = [...inName, ...requests.flatMap(({ tells }) => tells)];
  if (told.length > 0) return { meaning: 'identity', isOwn };
  if (requests.length === 0 || unread.length > 0 || requestsLeft > 0) return { meaning: 'unknown', isOwn };
  // The program chooses the names of headers too, so data can be hidden in them.
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

/** The number of characters in the lines of some texts, counting equal lines once. */
function distinctChars(texts: readonly string[]): number {
  return [...new Set(texts.flatMap((text) => text.split('\n')))].reduce((sum, { length }) => sum + length, 0);
}

/** Whether a request asks for something without sending anything. */
function isDownload({ method, path, bodyBytes }: EgressRequest): boolean {
  const query = path.split('?').slice(1).join('?');
  const isShort = path.length <= MAX_PATH && query.length <= MAX_QUERY;
  return (method === 'GET' || method === 'HEAD') && bodyBytes === 0 && isShort;
}

function isFew(requests: readonly EgressRequest[]): boolean {
  return requests.reduce((sum, { count }) => sum + count, 0) <= MAX_TELEMETRY_REQUESTS;
}

/** Whether the complete body is JSON that looks like facts, and in which, except for an id, nothing looks encoded. */
function isTelemetry({ method, bodyBytes, bodyKind, body }: EgressRequest): boolean {
  if (method !== 'POST' && method !== 'PUT') return false;
  if (bodyKind !== 'json' || bodyBytes > MAX_TELEMETRY_BYTES) return false;
  try {
    return isFacts(JSON.parse(body)) && opaqueChars(body) <= MAX_OPAQUE_IN_TELEMETRY;
  } catch {
    // The body was cut, or is not JSON: the part that is not shown may be anything.
    return false;
  }
}
