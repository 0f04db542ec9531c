import { type NextFunction, type Request, type Response, Router } from 'express';
import type { Clock } from '../../jobs/ports.js';
import { identityOf } from '../auth/identify.js';
import { comparedOnRequest } from '../jobs/compared.js';
import { findJob } from '../jobs/job-id.js';
import { listQueryOf } from '../jobs/list/list-query.js';
import { outlookOf } from '../jobs/queue-outlook.js';
import { type ReportReading, readReport } from '../jobs/read-report.js';
import { methodNotAllowed } from '../method.js';
import type { JobService, QueueBoard, Readiness } from '../ports.js';
import { homePage } from './home/home-page.js';
import { sendPage } from './parts/document.js';
import { reportPage } from './report/report-page.js';
import { runningPage } from './running-page.js';

const LISTED = 25;

export interface PageOptions extends ReportReading {
  readonly jobs: JobService;
  readonly readiness: Readiness;
  readonly maxUploadBytes: number;
  readonly queueBoard?: QueueBoard;
  readonly clock: Clock;
}

/** The pages that people read: `/` in a browser, and `/jobs/:id`. */
export function pageRoutes(options: PageOptions): Router {
  const { jobs, readiness, maxUploadBytes, queueBoard, clock } = options;
  const router = Router();
  router.get('/', async (request: Request, response: Response, next: NextFunction) => {
    response.vary('Accept');
    if (request.query.id !== undefined || !wantsPage(request)) return next();
    const identity = identityOf(response);
    const query = listQueryOf(request, identity, LISTED);
    const [found, state] = await Promise.all([jobs.search(query).catch(() => null), readiness.check()]);
    const content = { identity, query, jobs: found, readiness: state, maxUploadBytes, now: clock.now() };
    sendPage(response, homePage({ ...content, hasBoard: queueBoard !== undefined }));
  });
  router
    .route('/jobs/:id')
    .get(async (request: Request, response: Response) => {
      const reader = identityOf(response);
      const job = await findJob(jobs, request.params.id, reader);
      const report = await readReport(job, options, reader);
      if (report === null) return sendPage(response, runningPage(job, await outlookOf(job, jobs)));
      sendPage(response, reportPage(await comparedOnRequest(report, request.query.compare, jobs, reader)));
    })
    .all(methodNotAllowed('GET, HEAD'));
  return router;
}

/** Whether the client is a browser: API clients without an `Accept` header get JSON. */
export function wantsPage(request: Request): boolean {
  return request.accepts(['json', 'html']) === 'html';
}
