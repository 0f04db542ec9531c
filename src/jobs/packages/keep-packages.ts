import type { Logger } from 'pino';
import type { Report } from '../../report/report.js';
import type { JobSpec } from '../job.js';
import { jobPackages } from './job-packages.js';
import type { PackageHistory } from './ports.js';

/** Stores which packages a job had and what they did. Never throws: the report does not depend on it. */
export async function keepPackages(history: PackageHistory, spec: JobSpec, report: Report, log: Logger): Promise<void> {
  try {
    await history.record(jobPackages(spec, report));
  } catch (error) {
    log.warn({ job: spec.id, err: error }, 'the packages of the job could not be stored');
  }
}
