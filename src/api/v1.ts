import { type Request, type Response, Router } from 'express';
import { offSection } from '../gitlab/correlate/section.js';
import { visibleTo } from '../gitlab/correlate/visible.js';
import { correlatedJob, type FullReport } from '../jobs/full-report.js';
import type { JobView } from '../jobs/job.js';
import { identityOf } from './identify.js';
import { type JobEventsOptions, jobEvents } from './job-events.js';
import { findJob } from './job-id.js';
import { methodNotAllowed } from './method.js';
import type { CorrelationReader, Identity } from './ports.js';
import { type ReportOptions, reportRoutes } from './reports.js';
import type { RunningJob } from './shapes.js';
import { type UploadOptions, upload } from './upload.js';

export interface V1Options extends UploadOptions, ReportOptions, JobEventsOptions {
  /** Null where no audit events are received. */
  readonly correlation: CorrelationReader | null;
}

/** The modern face of the same jobs, to be mounted at `/v1`. */
export function v1Routes(options: V1Options): Router {
  const { jobs, correlation } = options;
  const router = Router();
  router
    .route('/jobs')
    .post(async (request: Request, response: Response) => {
      const { ecosystem = 'auto' } = request.query;
      const { id } = await upload(request, response, ecosystem, options);
      response.status(202).location(`/v1/jobs/${id}`).json({ id, status: 'queued', ecosystem });
    })
    .all(methodNotAllowed('POST'));
  router
    .route('/jobs/:id')
    .get(async (request: Request, response: Response) => {
      const reader = identityOf(response);
      response.json(await jobView(await findJob(jobs, request.params.id, reader), correlation, reader));
    })
    .delete(async (request: Request, response: Response) => {
      const job = await findJob(jobs, request.params.id, identityOf(response));
      if (await jobs.remove(job.id)) response.status(204).end();
      else response.status(202).json({ id: job.id, status: 'cancelling' });
    })
    .all(methodNotAllowed('GET, HEAD, DELETE'));
  router.use(reportRoutes(options));
  router.route('/jobs/:id/events').get(jobEvents(options)).all(methodNotAllowed('GET'));
  return router;
}

/** The full report once there is one, the job's state until then. */
async function jobView(
  job: JobView,
  correlation: CorrelationReader | null,
  reader: Identity,
): Promise<FullReport | RunningJob> {
  if (job.report !== null) return { ...job.report, gitlab: await gitlabSection(job, correlation, reader) };
  return {
    id: job.id,
    status: job.state,
    ecosystem: job.ecosystem,
    submittedAt: new Date(job.submittedAt).toISOString(),
  };
}

async function gitlabSection(
  job: JobView,
  correlation: CorrelationReader | null,
  reader: Identity,
): Promise<FullReport['gitlab']> {
  if (correlation === null) {
    return offSection({ code: 'no-feed', message: 'no audit events are received here' }, job.context);
  }
  const correlated = correlatedJob(job);
  if (correlated === undefined) {
    return offSection({ code: 'no-identity', message: 'the submission told of no CI job' }, null);
  }
  return visibleTo(await correlation.sectionOf(job.id, correlated), reader);
}
