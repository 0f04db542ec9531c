import { type Request, type Response, Router } from 'express';
import type { JobView } from '../../jobs/job.js';
import { identityOf } from '../auth/identify.js';
import { methodNotAllowed } from '../method.js';
import type { LegacyView } from '../shapes.js';
import { findJob } from './job-id.js';
import { type UploadOptions, upload } from './upload.js';

/** Package Hunter's API: a CI job written for Package Hunter works unchanged. */
export function legacyRoutes(options: UploadOptions): Router {
  const router = Router();
  router
    .route('/monitor/project/:ecosystem')
    .post(async (request: Request, response: Response) => {
      const { id } = await upload(request, response, request.params.ecosystem, options);
      response.json({ status: 'ok', id });
    })
    .all(methodNotAllowed('POST'));
  router
    .route('/')
    .get(async (request: Request, response: Response) => {
      if (request.query.id !== undefined) {
        response.json(legacyView(await findJob(options.jobs, request.query.id, identityOf(response))));
        return;
      }
      // With status 200, although it is an error: Package Hunter's clients use this answer as a health check.
      response.json({ status: 'error', reason: 'no id given: use /?id=<id>' });
    })
    .all(methodNotAllowed('GET, HEAD'));
  return router;
}

/** A job in Package Hunter's shape. An incomplete run is an `error`, never a `finished` one without results. */
function legacyView(job: JobView): LegacyView {
  const { id, report } = job;
  if (report === null) return { id, status: 'pending' };
  const result = report.findings.map((finding) => finding.alert);
  if (report.verdict !== 'incomplete') return { id, status: 'finished', result };
  const message = report.incomplete.map((reason) => reason.message).join('; ');
  return { id, status: 'error', message, result };
}
