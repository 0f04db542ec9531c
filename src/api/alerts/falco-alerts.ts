import { createHash, timingSafeEqual } from 'node:crypto';
import express, { type NextFunction, type Request, type Response, Router } from 'express';
import { ApiError } from '../errors.js';
import { methodNotAllowed } from '../method.js';

/** Takes the alerts that a Falco >= 0.44 posts (`http_output`). */
export interface AlertReceiver {
  /** The path's last part: Falco can send no token header (facts on Falco, D3). */
  readonly secret: string;
  /** Takes one body in; false when it was no alert. */
  receive(body: string): boolean;
}

/** An alert is a few KiB; its fields hold at most a command line and some paths. */
const MAX_ALERT = '1mb';

/** `POST /falco/alerts/:secret`. It always answers 204 at once: Falco looks at no status, and a slow answer stalls all its outputs. */
export function falcoRoutes(receiver: AlertReceiver): Router {
  const router = Router();
  router
    .route('/falco/alerts/:secret')
    .post(
      (request: Request, response: Response, next: NextFunction) => {
        if (!sameSecret(String(request.params.secret), receiver.secret)) {
          throw new ApiError(404, 'unknown-route', 'there is nothing at this address');
        }
        // libcurl asks so before larger bodies, and otherwise waits a second for each.
        if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue();
        next();
      },
      express.text({ type: () => true, limit: MAX_ALERT }),
      (request: Request, response: Response) => {
        receiver.receive(typeof request.body === 'string' ? request.body : '');
        response.status(204).end();
      },
      // A body that can't be read was an alert of somebody: it counts as lost, and Falco is not kept waiting.
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
