import type { NextFunction, Request, Response } from 'express';
import { ApiError } from '../errors.js';
import type { Authenticator, Identity } from '../ports.js';
import { refuseForeignHost } from './own-host.js';

/** Both schemes: `Basic` makes a browser ask for name and password. */
const CHALLENGES = ['Basic realm="packwarden", charset="UTF-8"', 'Bearer realm="packwarden"'];

const identities = new WeakMap<Response, Identity>();

/** Middleware: authenticates a request before its body is read. */
export function identify(authenticator: Authenticator) {
  return async (request: Request, response: Response, next: NextFunction): Promise<void> => {
    if (authenticator.isOpen) refuseForeignHost(request);
    const identity = await authenticator.authenticate(request.headers.authorization);
    if (identity === undefined) {
      throw new ApiError(401, 'unauthorized', 'send a bearer token, or a name and password, that this service knows', {
        headers: { 'WWW-Authenticate': CHALLENGES },
      });
    }
    identities.set(response, identity);
    next();
  };
}

/** Who sent the request that `response` answers; `identify` must have run. */
export function identityOf(response: Response): Identity {
  const identity = identities.get(response);
  if (identity === undefined) throw new TypeError('identityOf was called on a route without authentication');
  return identity;
}
