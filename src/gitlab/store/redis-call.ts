import { GitlabError } from '../errors.js';

/**
 * Runs a call to Redis whose failure must be reported to the sender of an event or the reader of a report. @throws GitlabError
 * `audit-store-unavailable`
 */
export async function guarded<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    if (cause instanceof GitlabError) throw cause;
    throw new GitlabError('audit-store-unavailable', 'the store of audit events (Redis) does not answer', cause);
  }
}

/** The results of a pipeline or transaction. @throws the first error */
export function resultsOf(results: [error: Error | null, result: unknown][] | null): readonly unknown[] {
  if (results === null) throw new Error('the transaction was not run');
  return results.map(([error, result]) => {
    if (error) throw error;
    return result;
  });
}
