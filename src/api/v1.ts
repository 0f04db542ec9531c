import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import type { JobView } from '../jobs/job.js';
import { ApiError } from './errors.js';
import { identityOf } from './identify.js';
import { type JobEventsOptions, jobEvents } from './job-events.js';
import { findJob } from './job-id.js';
import { methodNotAllowed } from './method.js';
import { projectWishesOf } from './projects/wishes.js';
import { readReport } from './read-report.js';
import { type ReportOptions, reportRoutes } from './reports.js';
import type { RunningJob } from './shapes.js';
import { type UploadOptions, upload } from './upload.js';

export type V1Options = UploadOptions & ReportOptions & JobEventsOptions;

/** The modern face of the same jobs, to be mounted at `/v1`. */
export function v1Routes(options: V1Options): Router {
  const { jobs } = options;
  const router = Router();
  router
    .route('/jobs')
    .post(async (request: Request, response: Response) => {
      const { ecosystem = 'auto' } = request.query;
      const checkNeeded = checkNeededOf(request);
      const project = await projectWishesOf(request, response, jobs);
      const { id } = await upload(request, response, ecosystem, options, { checkNeeded, project });
      response.status(202).location(`/v1/jobs/${id}`).json({ id, status: 'queued', ecosystem });
    })
    .all(methodNotAllowed('POST'));
  router
    .route('/jobs/:id')
    .get(async (request: Request, response: Response) => {
      const reader = identityOf(response);
      const job = await findJob(jobs, request.params.id, reader);
      response.json((await readReport(job, options, reader)) ?? stateOf(job));
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

/** Whether the job asks which install scripts are needed (`?check-needed=true`). */
function checkNeededOf({ query }: Request): boolean | undefined {
  const asked = z.enum(['true', 'false']).optional().safeParse(query['check-needed']);
  if (asked.success) return asked.data && asked.data === 'true';
  throw new ApiError(400, 'malformed-request', 'check-needed is true or false');
}

/** A job that has no report yet. */
function stateOf(job: JobView): RunningJob {
  return {
    id: job.id,
    status: job.state,
    ecosystem: job.ecosystem,
    submittedAt: new Date(job.submittedAt).toISOString(),
  };
}
