import { createHash } from 'node:crypto';
import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { ApiError } from './errors.js';
import { methodNotAllowed } from './method.js';

/** What `/cli.json` says of `/cli.tgz`. */
export const commandLineSchema = z.object({
  name: z.literal('packwarden'),
  version: z.string(),
  path: z.literal('/cli.tgz'),
  bytes: z.int(),
  integrity: z.string().meta({ description: 'as lock files have it: sha512- and the digest in base64' }),
});

/**
 * `GET /cli.tgz`, `GET /cli.json`: the command line that fits this service. They need no credentials: npx has none to send, and
 * they are the same published code for everybody. `tarball`: undefined where none was built.
 */
export function commandLineRoutes(version: string, tarball: Buffer | undefined): Router {
  const router = Router();
  const file =
    tarball === undefined ? null : { tarball, digest: createHash('sha512').update(tarball).digest('base64') };
  router
    .route('/cli.tgz')
    .get((_request: Request, response: Response) => {
      const { tarball: body, digest } = built(file);
      // A client asks again each time, so that it runs what fits the service as it is now.
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
    'this service was built without its command line: scripts/setup --only project packs it',
  );
}
