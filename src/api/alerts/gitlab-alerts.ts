import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import type { AlertPage, AlertQuery } from '../../gitlab/store/alerts.js';
import { identityOf } from '../auth/identify.js';
import { refuseUnprotected } from '../auth/protected-ref.js';
import { ApiError } from '../errors.js';
import { methodNotAllowed } from '../method.js';

/** Reads the alerts of source `gitlab`; implemented by `src/gitlab/store/alerts.ts`. */
export interface AlertReader {
  /** @throws errors with a `code` that `src/api/errors.ts` knows */
  read(query: AlertQuery): Promise<AlertPage>;
}

const DEFAULT_LIMIT = 200;
const MAX_LIMIT = 1000;
/** A position in the Redis stream. */
const CURSOR = /^\d{1,15}-\d{1,20}$/;

const since = z.string().transform((text, context): string | number => {
  if (CURSOR.test(text)) return text;
  const at = Date.parse(text);
  if (!Number.isNaN(at)) return at;
  context.issues.push({ code: 'custom', message: 'neither a cursor nor an ISO 8601 time', input: null });
  return z.NEVER;
});
const querySchema = z.object({
  since: since.default(0),
  project: z.string().max(1024).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT),
});

/** `GET /gitlab/alerts?since=&project=&limit=`, to be mounted at `/v1`. Administrators see all alerts, a project's ID token its own. */
export function gitlabAlertRoutes(alerts: AlertReader): Router {
  const router = Router();
  router
    .route('/gitlab/alerts')
    .get(async (request: Request, response: Response) => {
      const parsed = querySchema.safeParse(request.query);
      if (!parsed.success) {
        const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
        throw new ApiError(400, 'malformed-request', faults.join('; '));
      }
      const { since: from, project, limit } = parsed.data;
      const scope = scopeOf(response, project);
      response.json(await alerts.read({ since: from, limit, ...scope }));
    })
    .all(methodNotAllowed('GET, HEAD'));
  return router;
}

/** @throws ApiError 403 unless the reader is an administrator, or a project on a protected ref that asks for its own alerts */
function scopeOf(response: Response, project: string | undefined): Pick<AlertQuery, 'project' | 'instance'> {
  const { isAdministrator, job } = identityOf(response);
  if (isAdministrator) return project === undefined ? {} : { project };
  const isOwn = job !== null && (project === undefined || project === job.projectId || project === job.projectPath);
  if (!isOwn)
    throw new ApiError(403, 'forbidden', "audit alerts are for administrators, and for a project's own ID token");
  refuseUnprotected(response, 'audit alerts are read');
  return { project: job.projectId, instance: job.instance };
}
