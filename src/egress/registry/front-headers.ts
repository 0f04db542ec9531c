import type { IncomingMessage } from 'node:http';
import type { Target } from '../target.js';

/**
 * What of a client's head reaches a registry: which form of a document is wanted, and what the client has already. Nothing that says where a
 * message ends, what is done with the connection, or which other request this one stands for (`x-http-method-override`, `x-original-url`,
 * `sudo`), and nothing that a program may choose freely (`user-agent`, `npm-session`).
 */
const PASSED_ON: readonly string[] = [
  'accept',
  'accept-encoding',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'range',
];

/** Of one connection, not of the message it carries (RFC 9110 §7.6.1). */
const OF_CONNECTION: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** The whole head of the request to the registry; `authorization` takes the place of the sender's. */
export function headersTo(
  { host, port }: Target,
  { headers }: IncomingMessage,
  authorization: string | undefined,
): Record<string, string> {
  const name = host.includes(':') ? `[${host}]` : host;
  const sent: Record<string, string> = { host: port === 443 ? name : `${name}:${port}`, 'user-agent': 'packwarden' };
  for (const each of PASSED_ON) {
    const value = headers[each];
    if (typeof value === 'string') sent[each] = value;
  }
  return authorization === undefined ? sent : { ...sent, authorization };
}

/** The message is framed anew, whom it is for is said anew, and what is expected of the next hop was answered by this one. */
const NOT_ONWARD: ReadonlySet<string> = new Set(['content-length', 'expect', 'host']);

/** A client's headers for another connection: without those of its own, and of the gateway's. */
export function endToEnd({ rawHeaders, headers }: IncomingMessage): Record<string, string[]> {
  const named = new Set((headers.connection ?? '').toLowerCase().split(/[\s,]+/));
  const sent: Record<string, string[]> = {};
  for (const [name, value] of pairs(rawHeaders)) {
    const lower = name.toLowerCase();
    if (OF_CONNECTION.has(lower) || named.has(lower) || NOT_ONWARD.has(lower) || lower.startsWith('proxy-')) continue;
    sent[lower] = [...(sent[lower] ?? []), value];
  }
  return sent;
}

/** Raw headers of an answer, without those of the registry's connection. */
export function answerHeaders(answer: IncomingMessage): string[] {
  const named = new Set((answer.headers.connection ?? '').toLowerCase().split(/[\s,]+/));
  return pairs(answer.rawHeaders).flatMap(([name, value]) => {
    const lower = name.toLowerCase();
    return OF_CONNECTION.has(lower) || named.has(lower) ? [] : [name, value];
  });
}

/** Raw headers without the ones of this name. */
export function without(raw: readonly string[], unwanted: string): string[] {
  return pairs(raw).flatMap(([name, value]) => (name.toLowerCase() === unwanted ? [] : [name, value]));
}

/** The values of the raw headers of this name. */
export function valuesOf(raw: readonly string[], wanted: string): string[] {
  return pairs(raw).flatMap(([name, value]) => (name.toLowerCase() === wanted ? [value] : []));
}

/** A host as a `Host` header names it. */
export function hostHeader({ host, port }: Target, secure: boolean): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return port === (secure ? 443 : 80) ? name : `${name}:${port}`;
}

function pairs(raw: readonly string[]): (readonly [name: string, value: string])[] {
  return raw.flatMap((name, i) => (i % 2 === 0 ? [[name, raw[i + 1] ?? ''] as const] : []));
}
