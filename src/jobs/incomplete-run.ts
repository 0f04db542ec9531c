import type { IncompleteReason } from '../report/verdict/verdict.js';
import { CancelledError, DeadlineError } from './deadline.js';

/** Ends a run early, with the reason for the report. */
export class IncompleteRunError extends Error {
  constructor(readonly reason: IncompleteReason) {
    super(reason.message);
  }
}

/** Why a run that failed is incomplete. @throws the error itself if it is the machine's fault, so that the queue retries the job */
export function reasonFor(error: unknown): IncompleteReason {
  if (error instanceof IncompleteRunError) return error.reason;
  if (error instanceof CancelledError) return { code: 'cancelled', message: error.message };
  if (error instanceof DeadlineError) return { code: 'sandbox-failed', message: error.message };
  if (!(error instanceof Error) || !('code' in error)) throw error;
  if (error.code === 'unpack-failed') return { code: 'unpack-failed', message: error.message };
  // Caused by the project, so a retry would only repeat it: report what was seen instead.
  if (error.code === 'container-killed' || error.code === 'listing-failed') {
    return { code: 'sandbox-failed', message: error.message };
  }
  throw error;
}
