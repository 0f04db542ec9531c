import express, { type Express } from 'express';
import type { Logger } from 'pino';
import type { PackageHistory } from '../jobs/packages/ports.js';
import type { Clock } from '../jobs/ports.js';
import type { ProjectIndex } from '../jobs/projects/ports.js';
import { type AlertReceiver, falcoRoutes } from './alerts/falco-alerts.js';
import { type AlertReader, gitlabAlertRoutes } from './alerts/gitlab-alerts.js';
import { type AuditEventOptions, auditEventRoutes } from './alerts/gitlab-events.js';
import { identify } from './auth/identify.js';
import { commandLineRoutes } from './command-line.js';
import { ApiError } from './errors.js';
import { healthRoutes } from './health.js';
import type { JobEventsOptions } from './jobs/job-events.js';
import { legacyRoutes } from './jobs/legacy.js';
import type { ReportOptions } from './jobs/reports.js';
import type { UploadOptions } from './jobs/upload.js';
import { v1Routes } from './jobs/v1.js';
import { type MetricsSource, metricsRoutes } from './metrics.js';
import { openApiRoutes } from './openapi/routes.js';
import { packagePageRoutes, packageRoutes } from './packages/package-routes.js';
import { BOARD_PATH } from './pages/board-page.js';
import { assetRoutes } from './pages/parts/assets.js';
import { pageRoutes } from './pages/routes.js';
import type { Authenticator, CorrelationReader, QueueBoard, Readiness } from './ports.js';
import { projectPageRoutes, projectRoutes } from './projects/project-routes.js';
import { queueBoardRoutes } from './queue-board.js';
import { errorHandler } from './refuse.js';
import { requestLog } from './request-log.js';
import { securityHeaders } from './security-headers.js';

/** What the API needs for GitLab's audit events: receiving them, reading their alerts, and joining them with jobs. */
export interface GitlabRoutes {
  readonly events: AuditEventOptions;
  readonly alerts: AlertReader;
  readonly correlation: CorrelationReader;
}

export interface ApiDependencies extends UploadOptions, Omit<ReportOptions, 'correlation'>, JobEventsOptions {
  readonly readiness: Readiness;
  readonly authenticator: Authenticator;
  readonly projects: ProjectIndex;
  readonly packages: PackageHistory;
  /** The packed client that `/cli.tgz` offers; absent when none was built. */
  readonly commandLine?: Buffer | undefined;
  readonly metrics: MetricsSource;
  /** Null when alerts are pulled over gRPC or read from a file. */
  readonly alertReceiver: AlertReceiver | null;
  /** Absent when no destination of audit events is configured. */
  readonly gitlab?: GitlabRoutes;
  /** Absent: the API has no page of the queue. */
  readonly queueBoard?: QueueBoard;
  readonly clock: Clock;
  /** Makes the ID of a request, for its log lines and `X-Request-Id`. */
  readonly newId: () => string;
  readonly log: Logger;
}

/** The whole HTTP interface as a request handler; `createApiServer` puts it on a server. */
export function createApi(dependencies: ApiDependencies): Express {
  const { readiness, authenticator, metrics, alertReceiver, gitlab, queueBoard, clock, newId, log } = dependencies;
  const app = express();
  app.disable('x-powered-by');
  // Reports are read once or twice: computing an ETag for each answer would not pay off.
  app.disable('etag');
  app.set('query parser', 'simple');
  // Mounted before the request log: thousands of events a second would drown the other lines. The receiver counts them and logs failures.
  if (gitlab !== undefined) app.use(auditEventRoutes(gitlab.events));
  app.use(requestLog(log, clock, newId), securityHeaders);
  app.use(healthRoutes(readiness));
  if (alertReceiver !== null) app.use(falcoRoutes(alertReceiver));
  app.use(assetRoutes(), commandLineRoutes(dependencies.version, dependencies.commandLine));
  app.use(identify(authenticator));
  app.use(metricsRoutes(metrics));
  app.use(openApiRoutes());
  const reading = { ...dependencies, correlation: gitlab?.correlation ?? null };
  app.use(pageRoutes(reading), projectPageRoutes(dependencies), packagePageRoutes(dependencies));
  if (queueBoard !== undefined) app.use(BOARD_PATH, queueBoardRoutes(queueBoard));
  app.use(legacyRoutes(dependencies));
  app.use('/v1', v1Routes(reading), projectRoutes(dependencies), packageRoutes(dependencies));
  if (gitlab !== undefined) app.use('/v1', gitlabAlertRoutes(gitlab.alerts));
  app.use(() => {
    throw new ApiError(404, 'unknown-route', 'no such address');
  });
  app.use(errorHandler(log));
  return app;
}
