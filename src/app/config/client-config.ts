import { z } from 'zod';
import { ciHeaders } from '../../gitlab/identity/ci-variables.js';

const optionalText = z.string().min(1).optional();

type Environment = Readonly<Record<string, string | undefined>>;

/** The client's own variables and their meaning. Those of Package Hunter are also read, under their original names. */
const schema = z.object({
  PACKWARDEN_URL: z
    .url({ protocol: /^https?$/ })
    .default('http://localhost:3000')
    .describe('address of the service'),
  PACKWARDEN_TOKEN: optionalText.describe('bearer token'),
  HTR_user: optionalText.describe("user, as Package Hunter's jobs set it"),
  HTR_pass: optionalText.describe('password of that user'),
  PACKWARDEN_ID_TOKEN: optionalText.describe(
    'ID token of a GitLab job (`id_tokens:`), used if no other credentials are set',
  ),
});

/** What `packwarden analyze` reads from its environment. */
export interface ClientConfig extends Readonly<z.infer<typeof schema>> {
  /** The user wants no colours (https://no-color.org). */
  readonly noColour: boolean;
  /** Root of the checkout in a GitLab job. */
  readonly projectDir: string | undefined;
  /** Headers that identify the CI job to the service. They are claims of the client, not proof. */
  readonly jobHeaders: Readonly<Record<string, string>>;
}

/** A variable has an invalid value. */
export class ClientConfigError extends Error {
  override readonly name = 'ClientConfigError';
  readonly code = 'client-config';
}

/** The client's variables with the service's prefix: the service must not report them as unknown settings. */
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
    jobHeaders: ciHeaders(filled),
  });
}

/** Name and meaning of the client's variables, in order. */
export function clientReference(): readonly { name: string; meaning: string }[] {
  return Object.entries(schema.shape).map(([name, type]) => ({ name, meaning: type.description ?? '' }));
}
