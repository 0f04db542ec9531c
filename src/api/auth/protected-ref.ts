import type { Response } from 'express';
import { ApiError } from '../errors.js';
import { identityOf } from './identify.js';

/**
 * Everybody who may push a branch gets an ID token of the project there. What is the project's as a whole takes one of a ref that only some may push to, or an
 * administrator. `what`: e.g. `reports are deleted`. @throws ApiError 403
 */
export function refuseUnprotected(response: Response, what: string): void {
  const { isAdministrator, job } = identityOf(response);
  if (isAdministrator || job === null || job.refProtected === true) return;
  throw new ApiError(
    403,
    'forbidden',
    `${what} by administrators, or with the ID token of a job on a protected branch or tag`,
  );
}
