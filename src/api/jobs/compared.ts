import { comparedAgain } from '../../report/compare/compared-report.js';
import type { Report } from '../../report/report.js';
import { ApiError } from '../errors.js';
import type { Identity, JobService } from '../ports.js';
import { findJob } from './job-id.js';

/**
 * The report with `whatChanged` against another job that the reader chose (`?compare=ID`); as it is without that parameter.
 * @throws ApiError as `findJob` does for the other job; 409 while that one has no report
 */
export async function comparedOnRequest<R extends Report>(
  report: R,
  other: unknown,
  jobs: JobService,
  reader: Identity,
): Promise<R> {
  if (other === undefined || other === '') return report;
  const earlier = await findJob(jobs, other, reader);
  if (earlier.report === null) {
    throw new ApiError(409, 'not-finished', `the job to compare with has no report yet: it is ${earlier.state}`);
  }
  return comparedAgain(report, earlier.report);
}
