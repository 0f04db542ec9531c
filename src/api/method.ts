import type { Request, Response } from 'express';
import { ApiError } from './errors.js';

/** The last handler of a route: every other method is refused with `allow`, e.g. `GET, HEAD`. */
export function methodNotAllowed(allow: string) {
  return (_request: Request, _response: Response): never => {
    throw new ApiError(405, 'method-not-allowed', `this address takes ${allow} only`, { headers: { Allow: allow } });
  };
}
