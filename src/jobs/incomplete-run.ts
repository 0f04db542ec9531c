import type { IncompleteReason } from '../report/verdict.js';
import { CancelledError, DeadlineError } from './deadline.js';

/** Ends a run early with the reason that the report will give. */
export class IncompleteRunError extends Error {
  constructor(readonly reason: IncompleteReason) {
    super(reason.message);
  }
}

/** Why a run that ended in an error is incomplete. @throws the error itself when it is the machine's, for the queue to try again */
export function reasonFor(error: unknown): IncompleteReason {
  if (error instanceof IncompleteRunError) return error.reason;
  if (error instanceof CancelledError) return { code: 'cancelled', message: error.message };
  if (error instanceof DeadlineError) return { code: 'sandbox-failed', message: error.message };
  if (!(error instanceof Error) || !('code' in error)) throw error;
  if (error.code === 'unpack-failed') return { code: 'unpack-failed', message: error.message };
  // The project's doing, which another try would only repeat: what was seen of it is worth more.
  if (error.code === 'container-killed' || error.code === 'listing-failed') {
    return { code: 'sandbox-failed', message: error.message };
  }
  throw error;
}
