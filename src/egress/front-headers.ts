import type { IncomingMessage } from 'node:http';
import type { Target } from './target.js';

/**
 * What of a client's head reaches a registry: what package managers ask with, and nothing that says where a message ends, what is
 * done with the connection, or which other request this one stands for (`x-http-method-override`, `x-original-url`, `sudo`).
 */
const PASSED_ON: readonly string[] = [
  'accept',
  'accept-encoding',
  'accept-language',
  'cache-control',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'npm-command',
  'npm-in-ci',
  'npm-scope',
  'npm-session',
  'pacote-integrity',
  'pacote-pkg-id',
  'pacote-req-type',
  'pacote-version',
  'pragma',
  'range',
  'user-agent',
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

/** The whole head of the request to the registry, for a connection of its own; `authorization` takes the place of the sender's. */
export function headersTo(
  { host, port }: Target,
  { headers }: IncomingMessage,
  authorization: string | undefined,
): Record<string, string> {
  const name = host.includes(':') ? `[${host}]` : host;
  const sent: Record<string, string> = { host: port === 443 ? name : `${name}:${port}`, connection: 'close' };
  for (const each of PASSED_ON) {
    const value = headers[each];
    if (typeof value === 'string') sent[each] = value;
  }
  const shown = authorization ?? headers.authorization;
  return shown === undefined ? sent : { ...sent, authorization: shown };
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

function pairs(raw: readonly string[]): (readonly [name: string, value: string])[] {
  return raw.flatMap((name, i) => (i % 2 === 0 ? [[name, raw[i + 1] ?? ''] as const] : []));
}
