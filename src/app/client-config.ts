import { z } from 'zod';

const optionalText = z.string().min(1).optional();

type Environment = Readonly<Record<string, string | undefined>>;

/** Variables of the client's own, with their meaning. Package Hunter's are read under its names. */
const schema = z.object({
  PACKWARDEN_URL: z
    .url({ protocol: /^https?$/ })
    .default('http://localhost:3000')
    .describe('address of the service'),
  PACKWARDEN_TOKEN: optionalText.describe('bearer token'),
  HTR_user: optionalText.describe("user, as Package Hunter's jobs set it"),
  HTR_pass: optionalText.describe('password of that user'),
  PACKWARDEN_ID_TOKEN: optionalText.describe('ID token of a GitLab job (`id_tokens:`), used when nothing else is set'),
});

/** What `packwarden analyze` takes from its environment. */
export interface ClientConfig extends Readonly<z.infer<typeof schema>> {
  /** Colours are not wanted (https://no-color.org). */
  readonly noColour: boolean;
  /** Root of the checkout in a GitLab job. */
  readonly projectDir: string | undefined;
  /** Which CI job this is, as headers for the service: claims, not proof. */
  readonly jobHeaders: Readonly<Record<string, string>>;
}

/** A variable can't be used. */
export class ClientConfigError extends Error {
  override readonly name = 'ClientConfigError';
  readonly code = 'client-config';
}

/** Names of the client's variables that begin like the service's, which must not take them for its own. */
export const CLIENT_VARIABLES: ReadonlySet<string> = new Set(Object.keys(schema.shape));

/** @throws ClientConfigError */
export function parseClientConfig(env: Environment): ClientConfig {
  const filled = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(filled);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new ClientConfigError(faults.join('; '));
  }
  return Object.freeze({
    ...parsed.data,
    noColour: filled.NO_COLOR !== undefined,
    projectDir: filled.CI_PROJECT_DIR,
    jobHeaders: jobHeaders(filled),
  });
}

/** Name and meaning of the client's variables, in order. */
export function clientReference(): readonly { name: string; meaning: string }[] {
  return Object.entries(schema.shape).map(([name, type]) => ({ name, meaning: type.description ?? '' }));
}

/** No tokens, passwords or addresses that hold them (`facts/gitlab-audit.md` §6.5). */
const JOB_VARIABLES = [
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
  'CI_ENVIRONMENT_NAME',
  'CI_JOB_STARTED_AT',
  'CI_JOB_URL',
] as const;

/** Each as `X-Packwarden-NAME` with `-` for `_`, percent-encoded: a branch may be named in any script. */
function jobHeaders(env: Environment): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of JOB_VARIABLES) {
    const value = env[name];
    if (value === undefined || value === '') continue;
    headers[`x-packwarden-${name.toLowerCase().replaceAll('_', '-')}`] = encodeURIComponent(value);
  }
  return headers;
}
