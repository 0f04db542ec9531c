import type { Request, Response } from 'express';
import { z } from 'zod';
import type { ProjectOptions } from '../../jobs/projects/line.js';
import { identityOf } from '../auth/identify.js';
import { ApiError } from '../errors.js';
import { findJob } from '../jobs/job-id.js';
import type { JobService } from '../ports.js';

/** A name without control characters. */
const name = z
  .string()
  .regex(/^[^\p{C}]{1,255}$/u)
  .optional();

/**
 * How a request describes its project: `?project=&part=&ref=&default-branch=&compare=`.
 * @throws ApiError 400 for an invalid name, and what `findJob` throws for a job that the submitter may not read
 */
export async function projectOptionsOf(
  request: Request,
  response: Response,
  jobs: JobService,
): Promise<ProjectOptions> {
  const { compare } = request.query;
  return {
    project: nameOf(request, 'project'),
    part: nameOf(request, 'part'),
    ref: nameOf(request, 'ref'),
    defaultBranch: nameOf(request, 'default-branch'),
    compare: compare === undefined ? undefined : (await findJob(jobs, compare, identityOf(response))).id,
  };
}

function nameOf({ query }: Request, parameter: string): string | undefined {
  const given = name.safeParse(query[parameter]);
  if (given.success) return given.data;
  throw new ApiError(400, 'malformed-request', `${parameter} must be one name of 1 to 255 characters`);
}
