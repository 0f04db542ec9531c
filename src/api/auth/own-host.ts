import type { Request } from 'express';
import { ApiError } from '../errors.js';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i;

/**
 * For a service without authentication: only accepts requests whose `Host` and `Origin` are this machine. Otherwise a web site could
 * make its own name resolve to 127.0.0.1 (DNS rebinding), and the visitor's browser would let it submit, read and remove jobs.
 * @throws ApiError 403 `foreign-host`
 */
export function refuseForeignHost({ headers }: Pick<Request, 'headers'>): void {
  const { host = '', origin } = headers;
  if (isOwn(`http://${host}`) && (origin === undefined || isOwn(origin))) return;
  throw new ApiError(
    403,
    'foreign-host',
    'without credentials this service answers to localhost and 127.0.0.1 only: set PACKWARDEN_TOKENS_FILE or PACKWARDEN_USERS_FILE to serve it under other names',
  );
}

function isOwn(address: string): boolean {
  return URL.canParse(address) && LOOPBACK.test(new URL(address).hostname);
}
