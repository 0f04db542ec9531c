import type { NextFunction, Request, Response } from 'express';
import type { Logger } from 'pino';
import type { Clock } from '../jobs/ports.js';

/**
 * Middleware: gives each request an ID, which the answer has as `X-Request-Id`, and logs its result. It logs the route's pattern
 * instead of the requested address, because an address may contain a secret.
 */
export function requestLog(log: Logger, clock: Clock, newId: () => string) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const requestId = newId();
    const start = clock.now();
    response.locals.requestId = requestId;
    response.set('X-Request-Id', requestId);
    response.once('close', () => {
      const route: unknown = request.route?.path;
      // Clients poll: successful reads are too many to log by default.
      const level = request.method === 'GET' && response.statusCode < 400 ? 'debug' : 'info';
      log[level](
        {
          requestId,
          method: request.method,
          route: typeof route === 'string' ? request.baseUrl + route : null,
          // Null: the client left before there was an answer.
          status: response.headersSent ? response.statusCode : null,
          durationMs: clock.now() - start,
        },
        'request',
      );
    });
    next();
  };
}
