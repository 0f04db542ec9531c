import type { Request } from 'express';
import { ApiError } from '../errors.js';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i;

/**
 * For a service that asks nobody who they are: requests must mean this machine, by name and by the page that they come from. A web site
 * can have its own name lead to 127.0.0.1 (DNS rebinding); the visitor's browser then sends that name as `Host`, and would let the site
 * submit, read and remove jobs. @throws ApiError 403 `foreign-host`
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
