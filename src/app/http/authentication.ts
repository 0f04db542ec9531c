import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createAuthenticator } from '../../api/auth/authenticator.js';
import { hashPassword, parseTokens, parseUsers } from '../../api/auth/credentials.js';
import type { Authenticator } from '../../api/ports.js';
import { messageOf } from '../../errors/message.js';
import { IdTokens } from '../../gitlab/identity/id-token.js';
import type { Clock } from '../../jobs/ports.js';
import { type Config, ConfigError } from '../config/config.js';

/** The authenticator for the configured tokens, users and trusted issuers. @throws ConfigError when a file is unusable */
export function authenticatorOf(config: Config, clock: Clock): Authenticator {
  return createAuthenticator({
    tokens: readCredentials(config.PACKWARDEN_TOKENS_FILE, 'PACKWARDEN_TOKENS_FILE', parseTokens),
    users: readCredentials(config.PACKWARDEN_USERS_FILE, 'PACKWARDEN_USERS_FILE', parseUsers),
    administrators: new Set(config.PACKWARDEN_ADMINISTRATORS),
    ...trustedIssuers(config, clock),
    clock,
    hashPassword,
    secret: randomBytes(32),
  });
}

function trustedIssuers(config: Config, clock: Clock): { readonly idTokens?: IdTokens } {
  const { PACKWARDEN_GITLAB_ISSUERS: issuers, PACKWARDEN_GITLAB_AUDIENCE: audience } = config;
  const projects = config.PACKWARDEN_GITLAB_PROJECTS;
  return issuers.length === 0
    ? {}
    : { idTokens: new IdTokens({ issuers, audience, projects, now: () => clock.now() }) };
}

function readCredentials<T>(
  path: string | undefined,
  setting: string,
  parse: (text: string) => readonly T[],
): readonly T[] {
  if (path === undefined) return [];
  try {
    const records = parse(readFileSync(path, 'utf8'));
    if (records.length === 0) throw new Error('it contains no credentials');
    return records;
  } catch (cause) {
    throw new ConfigError(`${setting}: ${path}: ${messageOf(cause)}`, cause);
  }
}
