import { createHash } from 'node:crypto';
import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { ApiError } from './errors.js';
import { methodNotAllowed } from './method.js';

/** The answer of `/cli.json`, which describes `/cli.tgz`. */
export const commandLineSchema = z.object({
  name: z.literal('packwarden'),
  version: z.string(),
  path: z.literal('/cli.tgz'),
  bytes: z.int(),
  integrity: z.string().meta({ description: 'as in lock files: sha512- and the digest in base64' }),
});

/**
 * `GET /cli.tgz`, `GET /cli.json`: the command line client of this service's version. They need no credentials: npx has none to
 * send, and they are the same published code for everybody. `tarball`: undefined when none was built.
 */
export function commandLineRoutes(version: string, tarball: Buffer | undefined): Router {
  const router = Router();
  const file =
    tarball === undefined ? null : { tarball, digest: createHash('sha512').update(tarball).digest('base64') };
  router
    .route('/cli.tgz')
    .get((_request: Request, response: Response) => {
      const { tarball: body, digest } = built(file);
      // No caching without asking: a client must run the version that fits the service as it is now.
      response.set({ 'Cache-Control': 'no-cache', ETag: `"sha512-${digest}"`, 'Repr-Digest': `sha-512=:${digest}:` });
      response.type('application/gzip').send(body);
    })
    .all(methodNotAllowed('GET, HEAD'));
  router
    .route('/cli.json')
    .get((_request: Request, response: Response) => {
      const { tarball: body, digest } = built(file);
      response.json(
        commandLineSchema.parse({
          name: 'packwarden',
          version,
          path: '/cli.tgz',
          bytes: body.length,
          integrity: `sha512-${digest}`,
        }),
      );
    })
    .all(methodNotAllowed('GET, HEAD'));
  return router;
}

function built<T>(file: T | null): T {
  if (file !== null) return file;
  throw new ApiError(
    404,
    'no-command-line',
    'this service was built without its command line client: run scripts/setup --only project to pack it',
  );
}
