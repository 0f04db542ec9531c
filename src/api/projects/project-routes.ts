import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import type { Project, ProjectIndex, ProjectRun } from '../../jobs/projects/ports.js';
import { identityOf } from '../auth/identify.js';
import { ApiError } from '../errors.js';
import { methodNotAllowed } from '../method.js';
import { sendPage } from '../pages/parts/document.js';
import type { Identity } from '../ports.js';
import { projectPage, projectsPage } from './project-pages.js';
import { type ProjectDetails, type ProjectList, projectDetails, projectRow } from './project-shapes.js';

export interface ProjectRoutesOptions {
  readonly projects: ProjectIndex;
}

const PROJECTS = 200;
const RUNS = 50;
const MAX_RUNS = 200;

/** `GET /v1/projects` and `GET /v1/projects/:id`, for the projects whose jobs the reader may read. To be mounted at `/v1`. */
export function projectRoutes({ projects }: ProjectRoutesOptions): Router {
  const router = Router();
  router
    .route('/projects')
    .get(async (_request: Request, response: Response) => {
      const list: ProjectList = { projects: (await ownProjects(projects, identityOf(response))).map(projectRow) };
      response.json(list);
    })
    .all(methodNotAllowed('GET, HEAD'));
  router
    .route('/projects/:id')
    .get(async (request: Request, response: Response) => {
      response.json(await detailsOf(projects, request, identityOf(response)));
    })
    .all(methodNotAllowed('GET, HEAD'));
  return router;
}

/** The same as pages: `/projects` and `/projects/:id`. */
export function projectPageRoutes({ projects }: ProjectRoutesOptions): Router {
  const router = Router();
  router
    .route('/projects')
    .get(async (_request: Request, response: Response) => {
      const identity = identityOf(response);
      sendPage(response, projectsPage((await ownProjects(projects, identity)).map(projectRow), identity));
    })
    .all(methodNotAllowed('GET, HEAD'));
  router
    .route('/projects/:id')
    .get(async (request: Request, response: Response) => {
      sendPage(response, projectPage(await detailsOf(projects, request, identityOf(response))));
    })
    .all(methodNotAllowed('GET, HEAD'));
  return router;
}

function ownProjects(projects: ProjectIndex, reader: Identity): Promise<readonly Project[]> {
  return projects.projects(reader.isAdministrator ? undefined : reader.name, PROJECTS);
}

async function detailsOf(projects: ProjectIndex, request: Request, reader: Identity): Promise<ProjectDetails> {
  const id = z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .safeParse(request.params.id);
  if (!id.success) throw new ApiError(400, 'malformed-id', 'the id of a project must have 32 hex digits');
  const project = await projects.project(id.data);
  if (project === undefined) throw new ApiError(404, 'unknown-project', 'there is no such project, or it has expired');
  if (!reader.isAdministrator && project.owner !== reader.name) {
    throw new ApiError(403, 'forbidden', 'only the submitter of its jobs and administrators may read a project');
  }
  const { limit, before } = pageOf(request);
  const runs: readonly ProjectRun[] = await projects.runs(project.id, { before, limit: limit + 1 });
  const places = await projects.parts(project.id);
  const summaries = await Promise.all(
    places.map((place) => projects.latest(place, { before: Number.MAX_SAFE_INTEGER, commit: null })),
  );
  const kept = places.map((place, index) => ({ place, summary: summaries[index] }));
  return projectDetails(project, { runs: runs.slice(0, limit), hasMore: runs.length > limit }, kept);
}

function pageOf({ query }: Request): { readonly limit: number; readonly before: number } {
  const page = z
    .object({
      limit: z.coerce.number().int().min(1).max(MAX_RUNS).default(RUNS),
      before: z.iso.datetime().optional(),
    })
    .safeParse({ limit: query.limit, before: query.before });
  if (!page.success) {
    throw new ApiError(400, 'malformed-request', `limit must be 1 to ${MAX_RUNS}, before an ISO 8601 time`);
  }
  const { limit, before } = page.data;
  return { limit, before: before === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(before) };
}
