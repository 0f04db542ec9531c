import { type Request, type Response, Router } from 'express';
import { methodNotAllowed } from './method.js';
import type { Readiness } from './ports.js';

/** `/healthz` and `/readyz`: without credentials, because load balancers and supervisors have none. */
export function healthRoutes(readiness: Readiness): Router {
  const router = Router();
  router
    .route('/healthz')
    .get((_request: Request, response: Response) => {
      response.json({ status: 'ok' });
    })
    .all(methodNotAllowed('GET, HEAD'));
  router
    .route('/readyz')
    .get(async (_request: Request, response: Response) => {
      const { ready, parts } = await readiness.check();
      response.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'not-ready', ready, parts });
    })
    .all(methodNotAllowed('GET, HEAD'));
  return router;
}
