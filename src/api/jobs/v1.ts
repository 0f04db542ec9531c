import { type Request, type Response, Router } from 'express';
import type { JobView } from '../../jobs/job.js';
import type { Clock, QueueOutlook } from '../../jobs/ports.js';
import { identityOf } from '../auth/identify.js';
import { refuseUnprotected } from '../auth/protected-ref.js';
import { methodNotAllowed } from '../method.js';
import { projectOptionsOf } from '../projects/options.js';
import type { RunningJob } from '../shapes.js';
import { comparedOnRequest } from './compared.js';
import { exerciseOptionsOf } from './exercise-options.js';
import { type JobEventsOptions, jobEvents } from './job-events.js';
import { findJob } from './job-id.js';
import { listQueryOf } from './list/list-query.js';
import { jobList } from './list/list-shapes.js';
import { outlookOf } from './queue-outlook.js';
import { readReport } from './read-report.js';
import { type ReportOptions, reportRoutes } from './reports.js';
import { type UploadOptions, upload } from './upload.js';

const LISTED = 50;

export type V1Options = UploadOptions & ReportOptions & JobEventsOptions & { readonly clock: Clock };

/** Packwarden's own API for jobs, to be mounted at `/v1`. */
export function v1Routes(options: V1Options): Router {
  const { jobs } = options;
  const router = Router();
  router
    .route('/jobs')
    .get(async (request: Request, response: Response) => {
      response.json(jobList(await jobs.search(listQueryOf(request, identityOf(response), LISTED))));
    })
    .post(async (request: Request, response: Response) => {
      const { ecosystem = 'auto' } = request.query;
      const exercise = exerciseOptionsOf(request);
      const project = await projectOptionsOf(request, response, jobs);
      const { id } = await upload(request, response, ecosystem, options, { ...exercise, project });
      response.status(202).location(`/v1/jobs/${id}`).json({ id, status: 'queued', ecosystem });
    })
    .all(methodNotAllowed('GET, HEAD, POST'));
  router
    .route('/jobs/:id')
    .get(async (request: Request, response: Response) => {
      const reader = identityOf(response);
      const job = await findJob(jobs, request.params.id, reader);
      const report = await readReport(job, options, reader);
      if (report === null) response.json(await stateOf(job, options));
      else response.json(await comparedOnRequest(report, request.query.compare, jobs, reader));
    })
    .delete(async (request: Request, response: Response) => {
      const job = await findJob(jobs, request.params.id, identityOf(response));
      // Without a report it is a cancellation, which any CI job may ask for.
      if (job.report !== null) refuseUnprotected(response, 'reports are deleted');
      if (await jobs.remove(job.id)) response.status(204).end();
      else response.status(202).json({ id: job.id, status: 'cancelling' });
    })
    .all(methodNotAllowed('GET, HEAD, DELETE'));
  router.use(reportRoutes(options));
  router.route('/jobs/:id/events').get(jobEvents(options)).all(methodNotAllowed('GET'));
  return router;
}

/** The answer for a job that has no report yet. */
async function stateOf(job: JobView, { jobs, clock }: V1Options): Promise<RunningJob> {
  const outlook = await outlookOf(job, jobs);
  return {
    id: job.id,
    status: job.state,
    ecosystem: job.ecosystem,
    submittedAt: new Date(job.submittedAt).toISOString(),
    ...(outlook === null ? {} : { queue: placeOf(outlook, clock) }),
  };
}

function placeOf({ before, startsInMs }: QueueOutlook, clock: Clock): NonNullable<RunningJob['queue']> {
  return { before, startsAt: startsInMs === null ? null : new Date(clock.now() + startsInMs).toISOString() };
}
