import { type NextFunction, type Request, type Response, Router } from 'express';
import { identityOf } from '../auth/identify.js';
import { findJob } from '../jobs/job-id.js';
import { type ReportReading, readReport } from '../jobs/read-report.js';
import { methodNotAllowed } from '../method.js';
import type { JobService, QueueBoard, Readiness } from '../ports.js';
import { sendPage } from './document.js';
import { homePage } from './home-page.js';
import { reportPage } from './report-page.js';
import { runningPage } from './running-page.js';

const RECENT = 25;

export interface PageOptions extends ReportReading {
  readonly jobs: JobService;
  readonly readiness: Readiness;
  readonly maxUploadBytes: number;
  readonly queueBoard?: QueueBoard;
}

/** The pages that people read: `/` in a browser, and `/jobs/:id`. */
export function pageRoutes(options: PageOptions): Router {
  const { jobs, readiness, maxUploadBytes, queueBoard } = options;
  const router = Router();
  router.get('/', async (request: Request, response: Response, next: NextFunction) => {
    response.vary('Accept');
    if (request.query.id !== undefined || !wantsPage(request)) return next();
    const identity = identityOf(response);
    const owner = identity.isAdministrator ? undefined : identity.name;
    const [recent, state] = await Promise.all([
      jobs.recent({ owner, limit: RECENT }).catch(() => null),
      readiness.check(),
    ]);
    sendPage(
      response,
      homePage({ identity, jobs: recent, readiness: state, maxUploadBytes, hasBoard: queueBoard !== undefined }),
    );
  });
  router
    .route('/jobs/:id')
    .get(async (request: Request, response: Response) => {
      const reader = identityOf(response);
      const job = await findJob(jobs, request.params.id, reader);
      const report = await readReport(job, options, reader);
      sendPage(response, report === null ? runningPage(job) : reportPage(report));
    })
    .all(methodNotAllowed('GET, HEAD'));
  return router;
}

/** Whether a browser asks: API clients that say nothing get JSON. */
export function wantsPage(request: Request): boolean {
  return request.accepts(['json', 'html']) === 'html';
}
