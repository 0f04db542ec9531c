import { type Request, type Response, Router } from 'express';
import { methodNotAllowed } from './method.js';

/** The service's metrics in Prometheus' format. */
export interface MetricsSource {
  readonly contentType: string;
  render(): Promise<string>;
}

/** `GET /metrics`, which needs the same credentials as the jobs. */
export function metricsRoutes(metrics: MetricsSource): Router {
  const router = Router();
  router
    .route('/metrics')
    .get(async (_request: Request, response: Response) => {
      response.type(metrics.contentType).send(await metrics.render());
    })
    .all(methodNotAllowed('GET, HEAD'));
  return router;
}
