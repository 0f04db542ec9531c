import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { PRIORITIES } from '../../falco/alert.js';
import type { FullReport } from '../../jobs/full-report.js';
import { FORMAT_NAMES, FORMATS } from '../../report/formats/formats.js';
import { lockFileOf } from '../../report/formats/lock-file.js';
import { type FailOn, outcomeOf } from '../../report/verdict/outcome.js';
import { identityOf } from '../auth/identify.js';
import { ApiError } from '../errors.js';
import { methodNotAllowed } from '../method.js';
import { oneOf } from '../one-of.js';
import type { JobService } from '../ports.js';
import { findJob } from './job-id.js';
import { type ReportReading, readReport } from './read-report.js';

export interface ReportOptions extends ReportReading {
  readonly jobs: JobService;
  /** Packwarden's own version: report formats name their tool with its version. */
  readonly version: string;
}

/** Seconds after which a client should ask again for a report that is not ready. */
const RETRY_AFTER_S = '3';

/** A relative path that a report format shows findings at. */
const fileSchema = z
  .string()
  .regex(/^(?!\/)[^\p{C}\\]{1,255}$/u)
  .optional();

/**
 * `GET /jobs/:id/report?format=…&file=…`: the report in one of the report formats. The header `Packwarden-Verdict` also has the
 * verdict. `GET /jobs/:id/verdict?fail-on=…`: for clients that can't parse JSON, one line with the exit code that
 * `packwarden analyze` would return, the verdict and the reason.
 */
export function reportRoutes(options: ReportOptions): Router {
  const router = Router();
  router
    .route('/jobs/:id/report')
    .get(async (request: Request, response: Response) => {
      const format = FORMATS[formatOf(request.query.format ?? 'json')];
      const file = fileOf(request.query.file);
      const report = await finishedReport(options, request, response);
      const context = {
        file: file ?? lockFileOf(report),
        reportUrl: pageOf(request, report.id),
        version: options.version,
      };
      response
        .set('Content-Type', format.contentType)
        .set('Content-Disposition', `inline; filename="${format.fileName}"`)
        .set('Packwarden-Verdict', report.verdict)
        .send(await format.render(report, context));
    })
    .all(methodNotAllowed('GET, HEAD'));
  router
    .route('/jobs/:id/verdict')
    .get(async (request: Request, response: Response) => {
      const failOn = failOnOf(request.query['fail-on'] ?? 'WARNING');
      const report = await finishedReport(options, request, response);
      const { exitCode, reason } = outcomeOf(report, failOn);
      response.type('text/plain').send(`${exitCode} ${report.verdict} ${reason}\n`);
    })
    .all(methodNotAllowed('GET, HEAD'));
  return router;
}

/** @throws ApiError 409 while there is no report */
async function finishedReport(options: ReportOptions, request: Request, response: Response): Promise<FullReport> {
  const reader = identityOf(response);
  const job = await findJob(options.jobs, request.params.id, reader);
  const report = await readReport(job, options, reader);
  if (report !== null) return report;
  throw new ApiError(409, 'not-finished', `there is no report yet: the job is ${job.state}`, {
    fields: { state: job.state },
    headers: { 'Retry-After': RETRY_AFTER_S },
  });
}

/** The address of the report's page, with the host name that the client used for this request. */
function pageOf(request: Request, id: string): string | null {
  const host = request.get('host') ?? '';
  return /^[\w.:[\]-]+$/.test(host) ? `${request.protocol}://${host}/jobs/${id}` : null;
}

function formatOf(name: unknown): keyof typeof FORMATS {
  return oneOf(name, FORMAT_NAMES, { status: 400, code: 'unknown-format', what: 'format' });
}

function failOnOf(name: unknown): FailOn {
  const word = typeof name === 'string' ? name.toUpperCase() : name;
  if (word === 'NEW') return 'new';
  return oneOf(word, PRIORITIES, { status: 400, code: 'unknown-priority', what: 'priority' });
}

function fileOf(name: unknown): string | undefined {
  const file = fileSchema.safeParse(name);
  if (file.success) return file.data;
  throw new ApiError(400, 'malformed-request', 'file must be a relative path of at most 255 characters');
}
