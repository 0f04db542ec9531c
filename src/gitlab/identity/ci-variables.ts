import { z } from 'zod';
import { GitlabError } from '../errors.js';
import { canonical } from '../event/address.js';
import { normalizeInstance } from '../instance.js';
import type { JobContext } from './context.js';

/**
 * The CI variables that a submission may carry (facts on GitLab §6.5), each in a header `X-Packwarden-NAME` with `-` for `_` and a
 * percent-encoded value. They are unverified claims. Tokens, passwords and URLs with credentials are not included, so they can't be sent by
 * mistake.
 */
const CI_VARIABLES = [
  'CI_SERVER_URL',
  'CI_PROJECT_ID',
  'CI_PROJECT_PATH',
  'CI_PROJECT_NAMESPACE_ID',
  'CI_PROJECT_NAMESPACE',
  'CI_JOB_ID',
  'CI_PIPELINE_ID',
  'CI_PIPELINE_SOURCE',
  'GITLAB_USER_ID',
  'GITLAB_USER_LOGIN',
  'CI_RUNNER_ID',
  'CI_MERGE_REQUEST_ID',
  'CI_COMMIT_SHA',
  'CI_COMMIT_REF_NAME',
  'CI_COMMIT_REF_PROTECTED',
  'CI_COMMIT_TAG',
  'CI_DEFAULT_BRANCH',
  'CI_ENVIRONMENT_NAME',
  'CI_JOB_STARTED_AT',
  'CI_JOB_URL',
] as const;
export type CiVariable = (typeof CI_VARIABLES)[number];
export type CiVariables = Readonly<Partial<Record<CiVariable, string | undefined>>>;

function headerOf(name: CiVariable): string {
  return `x-packwarden-${name.toLowerCase().replaceAll('_', '-')}`;
}

/** The headers for those of the variables that an environment contains; sent by a client inside a job. */
export function ciHeaders(env: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const present = CI_VARIABLES.map((name) => [headerOf(name), env[name]] as const);
  const filled = present.filter(
    (entry): entry is readonly [string, string] => entry[1] !== undefined && entry[1] !== '',
  );
  return Object.fromEntries(filled.map(([header, value]) => [header, encodeURIComponent(value)]));
}

/** The variables in a request's headers. @throws GitlabError `bad-ci-variables` for one that is repeated or can't be decoded */
export function readCiHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): CiVariables {
  const variables: Partial<Record<CiVariable, string>> = {};
  for (const name of CI_VARIABLES) {
    const value = headers[headerOf(name)];
    if (value === undefined || value === '') continue;
    variables[name] = decode(name, value);
  }
  return variables;
}

function decode(name: CiVariable, value: string | string[]): string {
  try {
    if (typeof value === 'string') return decodeURIComponent(value);
  } catch {
    // Falls through: the error message must not contain the value.
  }
  throw new GitlabError('bad-ci-variables', `the header of ${name} can't be read`);
}

const MAX_TEXT = 1024;
const id = z
  .string()
  .regex(/^\d{1,20}$/, 'is a number')
  .optional();
const text = z.string().max(MAX_TEXT, `has at most ${MAX_TEXT} characters`).optional();

const claimSchema = z.object({
  CI_SERVER_URL: text,
  CI_PROJECT_ID: id,
  CI_PROJECT_PATH: text,
  CI_PROJECT_NAMESPACE_ID: id,
  CI_PROJECT_NAMESPACE: text,
  CI_JOB_ID: id,
  CI_PIPELINE_ID: id,
  CI_PIPELINE_SOURCE: text,
  GITLAB_USER_ID: id,
  GITLAB_USER_LOGIN: text,
  CI_RUNNER_ID: id,
  CI_MERGE_REQUEST_ID: id,
  CI_COMMIT_SHA: text,
  CI_COMMIT_REF_NAME: text,
  CI_COMMIT_REF_PROTECTED: text,
  CI_COMMIT_TAG: text,
  CI_DEFAULT_BRANCH: text,
  CI_ENVIRONMENT_NAME: text,
  CI_JOB_STARTED_AT: text,
  CI_JOB_URL: text,
}) satisfies z.ZodType<CiVariables>;

/**
 * The job that the variables claim to be, marked as unverified. Null without CI_SERVER_URL and CI_PROJECT_ID, because then nothing can be
 * correlated. `address` is the client's. @throws GitlabError `bad-ci-variables`
 */
export function claimedContext(variables: CiVariables, address: string | undefined): JobContext | null {
  const claims = checked(variables);
  const instance = normalizeInstance(claims.CI_SERVER_URL ?? '');
  const projectId = claims.CI_PROJECT_ID;
  if (projectId === undefined || claims.CI_SERVER_URL === undefined) return null;
  if (instance === undefined) throw new GitlabError('bad-ci-variables', 'CI_SERVER_URL is no http(s) address');
  return withoutMissing({
    verified: false,
    instance,
    projectId,
    projectPath: claims.CI_PROJECT_PATH,
    namespaceId: claims.CI_PROJECT_NAMESPACE_ID,
    namespacePath: claims.CI_PROJECT_NAMESPACE,
    jobId: claims.CI_JOB_ID,
    pipelineId: claims.CI_PIPELINE_ID,
    pipelineSource: claims.CI_PIPELINE_SOURCE,
    userId: claims.GITLAB_USER_ID,
    userLogin: claims.GITLAB_USER_LOGIN,
    runnerId: claims.CI_RUNNER_ID,
    environment: claims.CI_ENVIRONMENT_NAME,
    refProtected: claims.CI_COMMIT_REF_PROTECTED === undefined ? undefined : claims.CI_COMMIT_REF_PROTECTED === 'true',
    sha: claims.CI_COMMIT_SHA,
    ref: claims.CI_COMMIT_REF_NAME,
    refType: claims.CI_COMMIT_TAG === undefined ? undefined : ('tag' as const),
    ...supplement(claims),
    addresses: addressesOf(address),
  });
}

/**
 * Adds to a verified identity what its token does not contain: times, display values and the merge request, from the variables. None of it
 * gives access to more, except the merge request, which is an exact match within its project.
 */
export function completed(context: JobContext, variables: CiVariables, address: string | undefined): JobContext {
  const claims = checked(variables);
  const claimed = claims.CI_PROJECT_ID;
  const mismatch =
    claimed === undefined || claimed === context.projectId
      ? undefined
      : { tokenProjectId: context.projectId, claimedProjectId: claimed };
  const { startedAt, ...more } = supplement(claims);
  // The token is issued when the job starts: its time is signed, the variable is not.
  return withoutMissing({
    ...more,
    ...context,
    startedAt: context.startedAt ?? startedAt,
    addresses: addressesOf(address),
    mismatch,
  });
}

function supplement(claims: CiVariables) {
  const startedAt = Date.parse(claims.CI_JOB_STARTED_AT ?? '');
  return {
    mergeRequestId: claims.CI_MERGE_REQUEST_ID,
    defaultBranch: claims.CI_DEFAULT_BRANCH,
    jobUrl: claims.CI_JOB_URL,
    startedAt: Number.isNaN(startedAt) ? undefined : startedAt,
  };
}

function checked(variables: CiVariables): CiVariables {
  const parsed = claimSchema.safeParse(variables);
  if (parsed.success) return withoutMissing(parsed.data);
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
  throw new GitlabError('bad-ci-variables', faults.join('; '));
}

function addressesOf(address: string | undefined): string[] {
  const known = canonical(address ?? '');
  return known === undefined ? [] : [known];
}

type Present<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function withoutMissing<T extends object>(value: T): Present<T> {
  return Object.fromEntries(Object.entries(value).filter(([, held]) => held !== undefined)) as Present<T>;
}
