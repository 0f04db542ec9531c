import type { IncomingMessage } from 'node:http';
import { EgressRefusedError } from '../errors.js';
import { parseHost, type Target } from '../target.js';

/** Another address that a registry names for what it was asked for. */
export interface Elsewhere {
  readonly target: Target;
  readonly secure: boolean;
  /** With its query: it may be signed. */
  readonly path: string;
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Where an answer says that the thing is; undefined where it says nothing like that, or leads from TLS to none. `from`: what was asked. */
export function elsewhereIn({ statusCode = 0, headers }: IncomingMessage, from: URL): Elsewhere | undefined {
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

/** The same as an address. */
export function urlOf({ target: { host, port }, secure, path }: Elsewhere): URL {
  const name = host.includes(':') ? `[${host}]` : host;
  return new URL(path, `${secure ? 'https' : 'http'}://${name}:${port}`);
}
