import type { Request } from 'express';
import { z } from 'zod';
import { packageNameSchema } from '../../../jobs/packages/package-name.js';
import { type JobCursor, type JobFilter, type JobQuery, LISTED_VERDICTS } from '../../../jobs/search/query.js';
import { ApiError } from '../../errors.js';
import type { Identity } from '../../ports.js';

export const MAX_LISTED = 200;

/** Treats an empty text like a missing parameter: a form also sends the fields that were left empty. */
const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess(
    (value) => (typeof value === 'string' && value.trim() !== '' ? value.trim() : value || undefined),
    schema,
  );

const words = z.string().regex(/^[^\p{C}]{1,255}$/u);
const CURSOR = /^(\d{1,15})-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

const FIELDS = {
  project: { schema: optional(words.optional()), must: 'project must be a part of a name, of 1 to 255 characters' },
  verdict: {
    schema: optional(z.enum(LISTED_VERDICTS).optional()),
    must: `verdict must be one of ${LISTED_VERDICTS.join(', ')}`,
  },
  submitter: { schema: optional(words.optional()), must: 'submitter must be a part of a name, of 1 to 255 characters' },
  package: {
    schema: optional(packageNameSchema.optional()),
    must: 'package must be the name of one package, such as @scope/name',
  },
  before: {
    schema: optional(z.string().regex(CURSOR).transform(cursorOf).optional()),
    must: 'before must be the value of next in the previous answer',
  },
  limit: {
    schema: optional(z.coerce.number().int().min(1).max(MAX_LISTED).optional()),
    must: `limit must be 1 to ${MAX_LISTED}`,
  },
} as const;

/** Which jobs a request asks for, limited to those that its sender may read. @throws ApiError 400 that names the parameter */
export function listQueryOf({ query }: Request, reader: Identity, limit: number): JobQuery {
  const filter: JobFilter = {
    project: fieldOf(query, 'project'),
    verdict: fieldOf(query, 'verdict'),
    submitter: fieldOf(query, 'submitter'),
    package: fieldOf(query, 'package'),
  };
  return {
    owner: reader.isAdministrator ? undefined : reader.name,
    filter,
    after: fieldOf(query, 'before'),
    limit: fieldOf(query, 'limit') ?? limit,
  };
}

function fieldOf<Name extends keyof typeof FIELDS>(
  query: Request['query'],
  name: Name,
): z.output<(typeof FIELDS)[Name]['schema']> {
  const { schema, must } = FIELDS[name];
  const given = schema.safeParse(query[name]);
  if (given.success) return given.data as z.output<(typeof FIELDS)[Name]['schema']>;
  throw new ApiError(400, 'malformed-request', must);
}

function cursorOf(text: string): JobCursor {
  const [, submittedAt = '', id = ''] = CURSOR.exec(text) ?? [];
  return { submittedAt: Number(submittedAt), id };
}

/** A cursor as a query parameter. */
export function cursorText({ submittedAt, id }: JobCursor): string {
  return `${submittedAt}-${id}`;
}

/** The address of a job list with this filter, starting after a cursor. */
export function listAddress(path: string, filter: JobFilter, after: JobCursor | null): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(filter)) if (value !== undefined) parameters.set(name, value);
  if (after !== null) parameters.set('before', cursorText(after));
  return parameters.size === 0 ? path : `${path}?${parameters}`;
}
