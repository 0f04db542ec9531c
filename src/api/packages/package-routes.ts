import { type Request, type Response, Router } from 'express';
import { packageNameSchema } from '../../jobs/packages/package-name.js';
import { identityOf } from '../auth/identify.js';
import { ApiError } from '../errors.js';
import { methodNotAllowed } from '../method.js';
import { sendPage } from '../pages/parts/document.js';
import { packagePage } from './package-page.js';
import { type PackageReading, readPackage } from './package-reading.js';
import type { PackageDetails } from './package-shapes.js';

/** Two routes, because clients may or may not encode the slash after a scope. */
const ADDRESSES = ['/packages/:name', '/packages/:scope/:name'];

/** `GET /v1/packages/NAME`: what is known about a package. To be mounted at `/v1`. */
export function packageRoutes(reading: PackageReading): Router {
  const router = Router();
  router
    .route(ADDRESSES)
    .get(async (request: Request, response: Response) => {
      response.json(await detailsOf(reading, request, response));
    })
    .all(methodNotAllowed('GET, HEAD'));
  return router;
}

/** The same as a page. */
export function packagePageRoutes(reading: PackageReading): Router {
  const router = Router();
  router
    .route(ADDRESSES)
    .get(async (request: Request, response: Response) => {
      sendPage(response, packagePage(await detailsOf(reading, request, response)));
    })
    .all(methodNotAllowed('GET, HEAD'));
  return router;
}

function detailsOf(reading: PackageReading, { params }: Request, response: Response): Promise<PackageDetails> {
  const { scope, name } = params;
  const parsed = packageNameSchema.safeParse(scope === undefined ? name : `${scope}/${name}`);
  if (!parsed.success) throw new ApiError(400, 'malformed-name', 'not a valid package name');
  return readPackage(reading, parsed.data, identityOf(response));
}
