import express, { type Express } from 'express';
import type { Logger } from 'pino';
import type { Clock } from '../jobs/ports.js';
import { identify } from './auth/identify.js';
import { ApiError } from './errors.js';
import { healthRoutes } from './health.js';
import { type MetricsSource, metricsRoutes } from './metrics.js';
import type { Authenticator, Readiness } from './ports.js';
import { errorHandler } from './refuse.js';
import { requestLog } from './request-log.js';
import { securityHeaders } from './security-headers.js';

export interface StatusDependencies {
  readonly readiness: Readiness;
  readonly authenticator: Authenticator;
  readonly metrics: MetricsSource;
  readonly clock: Clock;
  /** Makes the ID of a request, for its log lines and `X-Request-Id`. */
  readonly newId: () => string;
  readonly log: Logger;
}

/** The HTTP interface of a process that runs only a worker: health and metrics, no jobs. */
export function createStatusApi(dependencies: StatusDependencies): Express {
  const { readiness, authenticator, metrics, clock, newId, log } = dependencies;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(requestLog(log, clock, newId), securityHeaders);
  app.use(healthRoutes(readiness));
  app.use(identify(authenticator));
  app.use(metricsRoutes(metrics));
  app.use(() => {
    throw new ApiError(404, 'unknown-route', 'a worker only serves /healthz, /readyz and /metrics');
  });
  app.use(errorHandler(log));
  return app;
}
