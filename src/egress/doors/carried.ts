import type { Socket } from 'node:net';

/** What a tunnel was found to carry. */
export type Carried = 'tls' | 'http' | 'other';

/** A method as RFC 9110 §9.1 lets it be written, in any case, and what sets it off: whether a server knows it is the server's affair. */
const REQUEST = /^[!#$%&'*+\-.^_`|~0-9a-z]+[ \t]/i;
const METHOD_SO_FAR = /^[!#$%&'*+\-.^_`|~0-9a-z]*$/i;
/** A longer beginning is no word of another protocol's. */
const MAX_METHOD = 1_024;
/** What SSH and Git begin with is a method, too, to whoever expects HTTP: their first line tells. */
const ELSE_SO_FAR = /^(?:S|SS|SSH|SSH-[^\n]{0,251}|[0-9a-f]{1,4}|[0-9a-f]{4}(?:g|gi|git|git-[^\n\0]{0,500}))$/;
const ELSE = /^(?:SSH-\d\.\d|[0-9a-f]{4}git-)/;
const VERSION = /HTTP\/\d/i;
/** Servers skip empty lines before a request (RFC 9112 §2.2), some of them blanks, too. */
const SKIPPED = /^\s+/;

/**
 * What the first bytes of a client are; undefined while more must be seen. Whatever a lenient server might take for HTTP or TLS counts as that:
 * what counts as neither may be passed on to a permitted host as it is.
 */
export function classified(bytes: Buffer): Carried | undefined {
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

/** A record of TLS of whatever kind (RFC 8446 §5.1). */
function isTls([first = 0, second = 3]: Buffer): boolean {
  return first >= 0x14 && first <= 0x17 && second === 3;
}

/** Servers still understand a greeting in the form of SSL 2 (RFC 5246 §E.2). */
function isLikeSsl2([first = 0]: Buffer): boolean {
  return first >= 0x80;
}

/** A line that does not end is none of SSH's or Git's. */
function isLineOfHttp(text: string): boolean {
  const end = text.search(/[\n\0]/);
  return end < 0 || VERSION.test(text.slice(0, end));
}

/** How a look at what comes first ended: undefined where the connection did. */
export type FirstWords = Carried | 'silent' | undefined;

/**
 * Looks at what a client says first and puts it back. Resolves with `silent` when that can't be told in `waitMs`, or when the far side speaks
 * first; nothing of the far side's is taken.
 */
export function carried(near: Socket, waitMs: number, far?: Socket): Promise<FirstWords> {
  return new Promise((resolve) => {
    let seen = Buffer.alloc(0);
    const done = (what: FirstWords): void => {
      clearTimeout(waiting);
      near.off('data', look).off('close', gone).off('end', gone).pause();
      far?.off('readable', spoken);
      if (seen.length > 0 && !near.destroyed) near.unshift(seen);
      resolve(what);
    };
    const look = (chunk: Buffer): void => {
      seen = Buffer.concat([seen, chunk]);
      const what = classified(seen);
      if (what !== undefined) done(what);
    };
    const spoken = (): void => {
      if ((far?.readableLength ?? 0) > 0) done('silent');
      // Where it has ended instead, that is taken note of: who asks later gets a connection that is open.
      else far?.read(0);
    };
    const gone = (): void => done(undefined);
    const waiting = setTimeout(() => done('silent'), waitMs);
    near.on('data', look).once('close', gone).once('end', gone).resume();
    far?.on('readable', spoken);
    spoken();
  });
}
