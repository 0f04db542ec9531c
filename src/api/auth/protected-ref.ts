import type { Response } from 'express';
import { ApiError } from '../errors.js';
import { identityOf } from './identify.js';

/**
 * Whoever may push a branch can get an ID token of the project in a job there. Actions that concern the whole project therefore need
 * an ID token from a protected ref, or an administrator. `what`: e.g. `reports are deleted`. @throws ApiError 403
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
