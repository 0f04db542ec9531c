import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Request, type Response, Router } from 'express';
import { ApiError } from '../../errors.js';
import { methodNotAllowed } from '../../method.js';

const TYPES = {
  'packwarden.css': 'text/css',
  'copy.js': 'text/javascript',
  'live.js': 'text/javascript',
  'upload.js': 'text/javascript',
  'icon.svg': 'image/svg+xml',
} as const;
type AssetName = keyof typeof TYPES;

const FOLDER = new URL('../../../../web/', import.meta.url);

function load(name: AssetName): readonly [AssetName, { readonly body: Buffer; readonly path: string }] {
  const body = readFileSync(new URL(name, FOLDER));
  const version = createHash('sha256').update(body).digest('hex').slice(0, 12);
  return [name, { body, path: `/assets/${version}/${name}` }];
}

const ASSETS = new Map((Object.keys(TYPES) as AssetName[]).map(load));

/** The address of a file of `web/`; it changes with the file's content, so that browsers may cache it forever. */
export function assetPath(name: AssetName): string {
  return ASSETS.get(name)?.path ?? '';
}

/** `GET /assets/…`: the pages' style sheet, scripts and icon. Needs no credentials: they are the same for everybody and hold no data. */
export function assetRoutes(): Router {
  const router = Router();
  router
    .route('/assets/:version/:name')
    .get((request: Request, response: Response) => {
      const name = String(request.params.name) as AssetName;
      const asset = ASSETS.get(name);
      if (asset === undefined || asset.path !== request.path) {
        throw new ApiError(404, 'unknown-route', 'no such address');
      }
      response.set('Cache-Control', 'public, max-age=31536000, immutable').type(TYPES[name]).send(asset.body);
    })
    .all(methodNotAllowed('GET, HEAD'));
  return router;
}
