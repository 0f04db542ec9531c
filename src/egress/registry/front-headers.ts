import type { IncomingMessage } from 'node:http';
import { pairs } from '../raw-headers.js';
import type { Target } from '../target.js';

/** The forms of a document that package managers request, in order of preference. */
const FORMS: readonly (readonly [asked: string, sent: string])[] = [
  ['application/vnd.npm.install-v1+json', 'application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*'],
  ['application/json', 'application/json'],
];
const ENCODINGS: readonly string[] = ['gzip', 'deflate', 'br', 'zstd', 'identity'];
const DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
/** A hash or a version number. */
const ETAG = /^(?:W\/)?"[\w+/=.:-]{1,90}"$/;

/**
 * The client headers that are passed on to a registry, each only in the form that package managers use: those that select the form of a
 * document, and those for revalidation. Excluded are headers about message framing or the connection, headers that stand for another request
 * (`x-http-method-override`, `x-original-url`, `sudo`), and headers with arbitrary content (`user-agent`, `npm-session`).
 */
const PASSED_TO_REGISTRY: Readonly<Record<string, (value: string) => string | undefined>> = {
  accept: (value) => FORMS.find(([asked]) => value.includes(asked))?.[1] ?? '*/*',
  'accept-encoding': (value) => ENCODINGS.filter((each) => value.includes(each)).join(', ') || undefined,
  'if-modified-since': (value) => matching(value, DATE),
  'if-none-match': (value) => matching(value, ETAG),
  'if-range': (value) => matching(value, ETAG) ?? matching(value, DATE),
  range: (value) => matching(value, /^bytes=\d{1,12}-\d{0,12}$/),
};

function matching(value: string, pattern: RegExp): string | undefined {
  return pattern.test(value) ? value : undefined;
}

/** Hop-by-hop headers (RFC 9110 §7.6.1). */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** All headers of the request to the registry; `authorization` replaces the client's. */
export function headersTo(
  target: Target,
  { headers }: IncomingMessage,
  authorization: string | undefined,
): Record<string, string> {
  const sent: Record<string, string> = { host: hostHeader(target, true), 'user-agent': 'packwarden' };
  for (const [each, asHonest] of Object.entries(PASSED_TO_REGISTRY)) {
    const value = headers[each];
    const passed = typeof value === 'string' ? asHonest(value) : undefined;
    if (passed !== undefined) sent[each] = passed;
  }
  return authorization === undefined ? sent : { ...sent, authorization };
}

/** The message is framed anew, `Host` is set anew, and `Expect` was already answered by this gateway. */
const NOT_FORWARDED: ReadonlySet<string> = new Set(['content-length', 'expect', 'host']);

/** A client's headers for the upstream connection, without those of its own connection and of the gateway. */
export function endToEnd({ rawHeaders, headers }: IncomingMessage): Record<string, string[]> {
  const named = new Set((headers.connection ?? '').toLowerCase().split(/[\s,]+/));
  const sent: Record<string, string[]> = {};
  for (const [name, value] of pairs(rawHeaders)) {
    const lower = name.toLowerCase();
    if (HOP_BY_HOP.has(lower) || named.has(lower) || NOT_FORWARDED.has(lower) || lower.startsWith('proxy-')) continue;
    sent[lower] = [...(sent[lower] ?? []), value];
  }
  return sent;
}

/** Raw headers of an answer, without hop-by-hop headers. */
export function answerHeaders(answer: IncomingMessage): string[] {
  const named = new Set((answer.headers.connection ?? '').toLowerCase().split(/[\s,]+/));
  return pairs(answer.rawHeaders).flatMap(([name, value]) => {
    const lower = name.toLowerCase();
    return HOP_BY_HOP.has(lower) || named.has(lower) ? [] : [name, value];
  });
}

/** The value of the `Host` header for a host. */
export function hostHeader({ host, port }: Target, secure: boolean): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return port === (secure ? 443 : 80) ? name : `${name}:${port}`;
}
