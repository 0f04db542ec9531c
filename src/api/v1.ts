import { type Request, type Response, Router } from 'express';
import type { JobView } from '../jobs/job.js';
import type { Report } from '../report/report.js';
import { ApiError } from './errors.js';
import { identityOf } from './identify.js';
import { findJob } from './job-id.js';
import { methodNotAllowed } from './method.js';
import { type UploadOptions, upload } from './upload.js';

/** A job that has no report yet, as `GET /v1/jobs/:id` shows it. */
export interface RunningJob {
  readonly id: string;
  readonly status: JobView['state'];
  readonly ecosystem: string;
  /** ISO 8601. */
  readonly submittedAt: string;
}

/** The modern face of the same jobs, to be mounted at `/v1`. */
export function v1Routes(options: UploadOptions): Router {
  const { jobs } = options;
  const router = Router();
  router
    .route('/jobs')
    .post(async (request: Request, response: Response) => {
      const { id } = await upload(request, response, request.query.ecosystem, options);
      response
        .status(202)
        .location(`/v1/jobs/${id}`)
        .json({ id, status: 'queued', ecosystem: request.query.ecosystem });
    })
    .all(methodNotAllowed('POST'));
  router
    .route('/jobs/:id')
    .get(async (request: Request, response: Response) => {
      response.json(jobView(await findJob(jobs, request.params.id)));
    })
    .delete(async (request: Request, response: Response) => {
      const job = await findJob(jobs, request.params.id);
      if (job.owner !== identityOf(response).name) {
        throw new ApiError(403, 'forbidden', 'only its submitter may remove a job');
      }
      if (await jobs.remove(job.id)) response.status(204).end();
      else response.status(202).json({ id: job.id, status: 'cancelling' });
    })
    .all(methodNotAllowed('GET, HEAD, DELETE'));
  return router;
}

/** The full report once there is one, the job's state until then. */
export function jobView(job: JobView): Report | RunningJob {
  if (job.report !== null) return job.report;
  return {
    id: job.id,
    status: job.state,
    ecosystem: job.ecosystem,
    submittedAt: new Date(job.submittedAt).toISOString(),
  };
}
