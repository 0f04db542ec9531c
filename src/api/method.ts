import type { Request, Response } from 'express';
import { ApiError } from './errors.js';

/** The last handler of a route: refuses every other method. `allow` lists the allowed ones, e.g. `GET, HEAD`. */
export function methodNotAllowed(allow: string) {
  return (_request: Request, _response: Response): never => {
    throw new ApiError(405, 'method-not-allowed', `this address only allows ${allow}`, { headers: { Allow: allow } });
  };
}
