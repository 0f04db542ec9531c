import { createHmac, timingSafeEqual } from 'node:crypto';
import type { JobContext } from '../../gitlab/identity/context.js';
import { isJwt } from '../../gitlab/identity/id-token.js';
import type { Clock } from '../../jobs/ports.js';
import type { Authenticator, Identity, IdTokenVerifier } from '../ports.js';
import { type hashPassword, hashToken, type TokenRecord, type UserRecord } from './credentials.js';
import { PasswordGate } from './password-gate.js';

export interface AuthenticatorOptions {
  readonly tokens: readonly TokenRecord[];
  readonly users: readonly UserRecord[];
  /** Names of tokens and users that are administrators. */
  readonly administrators?: ReadonlySet<string>;
  /** Absent when no GitLab instance is trusted. */
  readonly idTokens?: IdTokenVerifier;
  readonly clock: Clock;
  /** Slow on purpose, to make guessing passwords expensive. */
  readonly hashPassword: typeof hashPassword;
  /** 32 random bytes of this process: the key of the cache's digests, and the stand-in for unknown users' salt and hash. */
  readonly secret: Buffer;
}

/** Clients poll every few seconds: for this long a correct password is accepted from the cache, without scrypt. */
const CACHE_MS = 5 * 60_000;
const CACHE_ENTRIES = 1_000;

/**
 * Checks bearer tokens, users with passwords (basic authentication) and GitLab's ID tokens. If none of them is configured the
 * service is open: it accepts every request, without a name.
 */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { tokens, users, administrators = new Set(), idTokens } = options;
  const passwords = new PasswordCheck(options);
  const isOpen = tokens.length === 0 && users.length === 0 && idTokens === undefined;
  const named = (name: string | undefined): Identity | undefined =>
    name === undefined ? undefined : { name, isAdministrator: administrators.has(name), job: null };
  return {
    isOpen,
    async authenticate(authorization) {
      if (isOpen) return { name: null, isAdministrator: true, job: null };
      const [scheme, value] = splitHeader(authorization ?? '');
      if (scheme === 'bearer' && idTokens !== undefined && isJwt(value)) return projectOf(await idTokens.verify(value));
      if (scheme === 'bearer') return named(findToken(tokens, value));
      if (scheme === 'basic' && users.length > 0) return named(await passwords.check(value));
      return undefined;
    },
  };
}

/** The project owns what its CI jobs submit, so that a later CI job may read an earlier one's reports. */
function projectOf(job: JobContext): Identity {
  return { name: `gitlab:${job.instance}:project:${job.projectId}`, isAdministrator: false, job };
}

/** Compares with every token, so that the time it takes reveals nothing about which one was close. */
function findToken(tokens: readonly TokenRecord[], token: string): string | undefined {
  const digest = hashToken(token);
  let found: string | undefined;
  for (const record of tokens) {
    if (timingSafeEqual(record.digest, digest)) found = record.name;
  }
  return found;
}

class PasswordCheck {
  readonly #options: AuthenticatorOptions;
  readonly #gate = new PasswordGate();
  /** Keyed digest of user and password → when the entry expires, in milliseconds since the epoch. */
  readonly #cache = new Map<string, number>();
  /** Checks in progress: if fifty clients of one user poll at the same time, scrypt runs once. */
  readonly #running = new Map<string, Promise<string | undefined>>();

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
  }

  /** The user's name if the password is right. */
  async check(encoded: string): Promise<string | undefined> {
    const { clock, secret } = this.#options;
    const credentials = Buffer.from(encoded, 'base64').toString();
    const colon = credentials.indexOf(':');
    if (colon === -1) return undefined;
    const [name, password] = [credentials.slice(0, colon), credentials.slice(colon + 1)];
    const key = createHmac('sha256', secret).update(credentials).digest('base64');
    if ((this.#cache.get(key) ?? 0) > clock.now()) return name;
    const running = this.#running.get(key) ?? this.#verify(name, password, key);
    this.#running.set(key, running);
    return running.finally(() => this.#running.delete(key));
  }

  async #verify(name: string, password: string, key: string): Promise<string | undefined> {
    const { users, clock, hashPassword, secret } = this.#options;
    // An unknown user takes as long as a known one, which hides who exists: the password is compared with a hash that no password has.
    const record = users.find((user) => user.name === name) ?? { name: null, salt: secret, digest: secret };
    const digest = await this.#gate.run(() => hashPassword(password, record.salt));
    if (!timingSafeEqual(record.digest, digest) || record.name === null) return undefined;
    this.#remember(key, clock.now() + CACHE_MS);
    return record.name;
  }

  #remember(key: string, until: number): void {
    this.#cache.delete(key);
    this.#cache.set(key, until);
    const [oldest] = this.#cache.keys();
    if (this.#cache.size > CACHE_ENTRIES && oldest !== undefined) this.#cache.delete(oldest);
  }
}

function splitHeader(header: string): [scheme: string, value: string] {
  const space = header.indexOf(' ');
  if (space === -1) return ['', ''];
  return [header.slice(0, space).toLowerCase(), header.slice(space + 1).trim()];
}
