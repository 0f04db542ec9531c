import type { NextFunction, Request, Response } from 'express';
import type { Logger } from 'pino';
import type { Clock } from '../jobs/ports.js';

/**
 * Middleware: gives each request an id, which the answer carries as `X-Request-Id`, and logs how it ended. The route is
 * logged as it is declared and not as it was asked for, because an address may hold a secret.
 */
export function requestLog(log: Logger, clock: Clock, newId: () => string) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const requestId = newId();
    const start = clock.now();
    response.locals.requestId = requestId;
    response.set('X-Request-Id', requestId);
    response.once('close', () => {
      const route: unknown = request.route?.path;
      // Clients poll: what went well and changed nothing is not worth a line.
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
