import { type Request, type Response, Router } from 'express';
import { methodNotAllowed } from '../method.js';
import { docsPage } from '../pages/docs-page.js';
import { sendPage } from '../pages/parts/document.js';
import { OPENAPI_DOCUMENT } from './document.js';

/** The API reference: `/openapi.json` for programs, `/docs` for people. */
export function openApiRoutes(): Router {
  const router = Router();
  router
    .route('/openapi.json')
    .get((_request: Request, response: Response) => {
      response.json(OPENAPI_DOCUMENT);
    })
    .all(methodNotAllowed('GET, HEAD'));
  router
    .route('/docs')
    .get((_request: Request, response: Response) => sendPage(response, docsPage()))
    .all(methodNotAllowed('GET, HEAD'));
  return router;
}
