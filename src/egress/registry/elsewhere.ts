import type { IncomingMessage } from 'node:http';
import { EgressRefusedError } from '../errors.js';
import { parseHost, type Target } from '../target.js';

/** The target of a registry's redirect. */
export interface RedirectTarget {
  readonly target: Target;
  readonly secure: boolean;
  /** Includes the query, which may contain a signature. */
  readonly path: string;
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** The target of a redirect; undefined if the answer is not one, or would lead from TLS to plain text. `from`: the requested URL. */
export function redirectTarget({ statusCode = 0, headers }: IncomingMessage, from: URL): RedirectTarget | undefined {
  const { location } = headers;
  if (!REDIRECTS.has(statusCode) || location === undefined || !URL.canParse(location, from.href)) return undefined;
  const { protocol, hostname, port, pathname, search, username, password } = new URL(location, from.href);
  const secure = protocol === 'https:';
  if (username !== '' || password !== '' || !(secure || (protocol === 'http:' && from.protocol === 'http:')))
    return undefined;
  try {
    const target = { host: parseHost(hostname), port: port === '' ? (secure ? 443 : 80) : Number(port) };
    return { target, secure, path: `${pathname}${search}` };
  } catch (error) {
    if (error instanceof EgressRefusedError) return undefined;
    throw error;
  }
}

/** The same as a URL. */
export function urlOf({ target: { host, port }, secure, path }: RedirectTarget): URL {
  const name = host.includes(':') ? `[${host}]` : host;
  return new URL(path, `${secure ? 'https' : 'http'}://${name}:${port}`);
}
