import type { Request } from 'express';
import { z } from 'zod';
import { MOST_RUN, type Passes, SCRIPT_NAME } from '../../jobs/job.js';
import { ApiError } from '../errors.js';
import type { JobOptions } from './upload.js';

/** The options of a request that say what a job runs: `?check-needed=true&run=build,test&passes=2`. @throws ApiError 400 */
export function exerciseOptionsOf({ query }: Request): Pick<JobOptions, 'checkNeeded' | 'run' | 'passes'> {
  return { checkNeeded: checkNeededOf(query), run: runOf(query), passes: passesOf(query) };
}

/** Whether to find out which install scripts are needed. */
function checkNeededOf(query: Request['query']): boolean | undefined {
  const asked = z.enum(['true', 'false']).optional().safeParse(query['check-needed']);
  if (asked.success) return asked.data && asked.data === 'true';
  throw malformed('check-needed must be true or false');
}

const namesSchema = z
  .string()
  .transform((text) => text.split(',').map((name) => name.trim()))
  .pipe(z.array(z.string().regex(SCRIPT_NAME)).min(1).max(MOST_RUN))
  .optional();

/** Scripts of the project's package.json to run after the install. */
function runOf({ run }: Request['query']): readonly string[] | undefined {
  const names = namesSchema.safeParse(run);
  if (names.success) return names.data && [...new Set(names.data)];
  throw malformed(`run must be 1 to ${MOST_RUN} names of scripts in the project's package.json, separated by commas`);
}

/** How many times scripts and loads run. */
function passesOf({ passes }: Request['query']): Passes | undefined {
  const asked = z.enum(['1', '2']).optional().safeParse(passes);
  if (!asked.success)
    throw malformed('passes must be 1, or 2 for a second pass as if on another CI system and at a later date');
  return asked.data && (asked.data === '1' ? 1 : 2);
}

function malformed(message: string): ApiError {
  return new ApiError(400, 'malformed-request', message);
}
