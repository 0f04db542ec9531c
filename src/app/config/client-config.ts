import { z } from 'zod';
import { ciHeaders } from '../../gitlab/identity/ci-variables.js';

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
    jobHeaders: ciHeaders(filled),
  });
}

/** Name and meaning of the client's variables, in order. */
export function clientReference(): readonly { name: string; meaning: string }[] {
  return Object.entries(schema.shape).map(([name, type]) => ({ name, meaning: type.description ?? '' }));
}
