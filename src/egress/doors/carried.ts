import type { Socket } from 'node:net';

/** The protocol inside a tunnel. */
export type TunnelProtocol = 'tls' | 'http' | 'other';

/** A method as permitted by RFC 9110 §9.1, in any case, and its delimiter; servers may support any method. */
const REQUEST = /^[!#$%&'*+\-.^_`|~0-9a-z]+[ \t]/i;
const METHOD_SO_FAR = /^[!#$%&'*+\-.^_`|~0-9a-z]*$/i;
/** No other protocol starts with a longer word. */
const MAX_METHOD = 1_024;
/** The first word of SSH and Git is a valid method, too, so their first line decides. */
const ELSE_SO_FAR = /^(?:S|SS|SSH|SSH-[^\n]{0,251}|[0-9a-f]{1,4}|[0-9a-f]{4}(?:g|gi|git|git-[^\n\0]{0,500}))$/;
const ELSE = /^(?:SSH-\d\.\d|[0-9a-f]{4}git-)/;
const VERSION = /HTTP\/\d/i;
/** Servers skip empty lines before a request (RFC 9112 §2.2), and some also skip blanks. */
const SKIPPED = /^\s+/;

/**
 * Classifies the first bytes of a client; undefined if more are needed. Everything that a lenient server might accept as HTTP or TLS is
 * classified as such, because everything else may be passed on to a permitted host unread.
 */
export function classified(bytes: Buffer): TunnelProtocol | undefined {
  if (isTls(bytes)) return 'tls';
  if (isLikeSsl2(bytes)) return bytes.length < 3 ? undefined : bytes[2] === 1 ? 'tls' : 'other';
  const text = bytes.toString('latin1', 0, 8 * MAX_METHOD);
  const line = text.replace(SKIPPED, '');
  if (line === '' && text.length > MAX_METHOD) return 'http';
  if (line === '' || ELSE_SO_FAR.test(line)) return undefined;
  if (ELSE.test(line)) return isLineOfHttp(line) ? 'http' : 'other';
  if (REQUEST.test(line)) return 'http';
  if (!METHOD_SO_FAR.test(line)) return 'other';
  return line.length > MAX_METHOD ? 'http' : undefined;
}

/** A TLS record of any type (RFC 8446 §5.1). */
function isTls([first = 0, second = 3]: Buffer): boolean {
  return first >= 0x14 && first <= 0x17 && second === 3;
}

/** Servers still accept a hello in the format of SSL 2 (RFC 5246 §E.2). */
function isLikeSsl2([first = 0]: Buffer): boolean {
  return first >= 0x80;
}

/** A line without an end is neither SSH nor Git. */
function isLineOfHttp(text: string): boolean {
  const end = text.search(/[\n\0]/);
  return end < 0 || VERSION.test(text.slice(0, end));
}

/** Everything that a client sent before it closed the connection, if that was too little to detect a protocol. */
export interface Ended {
  readonly all: Buffer;
}

/** The result of a detection; undefined if the connection ended without a byte. */
export type FirstWords = TunnelProtocol | 'silent' | Ended | undefined;

/**
 * Detects the protocol from the first bytes of a client, and puts them back. Resolves with `silent` if they are inconclusive after `waitMs`,
 * or if the upstream side speaks first, whose bytes are left in place.
 */
export function detectProtocol(client: Socket, waitMs: number, upstream?: Socket): Promise<FirstWords> {
  return new Promise((resolve) => {
    let seen = Buffer.alloc(0);
    const done = (protocol: FirstWords): void => {
      clearTimeout(waiting);
      client.off('data', look).off('close', gone).off('end', gone).pause();
      upstream?.off('readable', spoken);
      // After the end of a stream nothing can be put back.
      if (seen.length > 0 && !client.destroyed && typeof protocol === 'string') client.unshift(seen);
      resolve(protocol);
    };
    const look = (chunk: Buffer): void => {
      seen = Buffer.concat([seen, chunk]);
      const protocol = classified(seen);
      if (protocol !== undefined) done(protocol);
    };
    const spoken = (): void => {
      if ((upstream?.readableLength ?? 0) > 0) done('silent');
      // If it has ended instead, the stream notices that here, so that a later request gets a connection that is open.
      else upstream?.read(0);
    };
    const gone = (): void => done(seen.length === 0 ? undefined : { all: seen });
    const waiting = setTimeout(() => done('silent'), waitMs);
    client.on('data', look).once('close', gone).once('end', gone).resume();
    upstream?.on('readable', spoken);
    spoken();
  });
}
