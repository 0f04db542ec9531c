import { createHash, timingSafeEqual } from 'node:crypto';
import express, { type NextFunction, type Request, type Response, Router } from 'express';
import { ApiError } from '../errors.js';
import { methodNotAllowed } from '../method.js';

/** Receives the alerts that a Falco >= 0.44 posts (`http_output`). */
export interface AlertReceiver {
  /** Last segment of the path: Falco's `http_output` can't send a token in a header. */
  readonly secret: string;
  /** Accepts one request body; false when it is not an alert. */
  receive(body: string): boolean;
}

/** An alert is a few KiB; its fields hold at most a command line and some paths. */
const MAX_ALERT = '1mb';

/** `POST /falco/alerts/:secret`. Always answers 204 at once: Falco ignores the status, and a slow answer stalls all its outputs. */
export function falcoRoutes(receiver: AlertReceiver): Router {
  const router = Router();
  router
    .route('/falco/alerts/:secret')
    .post(
      (request: Request, response: Response, next: NextFunction) => {
        if (!sameSecret(String(request.params.secret), receiver.secret)) {
          throw new ApiError(404, 'unknown-route', 'no such address');
        }
        // libcurl sends `Expect` before larger bodies, and without this answer waits a second for each.
        if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue();
        next();
      },
      express.text({ type: () => true, limit: MAX_ALERT }),
      (request: Request, response: Response) => {
        receiver.receive(typeof request.body === 'string' ? request.body : '');
        response.status(204).end();
      },
      // A body that can't be read may have been an alert: the receiver counts it as lost, and Falco gets its answer at once.
      (error: unknown, _request: Request, response: Response, next: NextFunction) => {
        if (error instanceof ApiError) return next(error);
        receiver.receive('');
        response.status(204).end();
      },
    )
    .all(methodNotAllowed('POST'));
  return router;
}

function sameSecret(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
