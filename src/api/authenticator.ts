import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../jobs/ports.js';
import { hashPassword, hashToken, type TokenRecord, type UserRecord } from './credentials.js';
import { PasswordGate } from './password-gate.js';
import type { Authenticator, Identity } from './ports.js';

export interface AuthenticatorOptions {
  readonly tokens: readonly TokenRecord[];
  readonly users: readonly UserRecord[];
  readonly clock: Clock;
  /** 32 random bytes of this process: they key the cache and stand in for unknown users. */
  readonly secret: Buffer;
}

/** Clients poll every few seconds: a password that was right is taken for this long without scrypt. */
const CACHE_MS = 5 * 60_000;
const CACHE_ENTRIES = 1_000;

/** Checks bearer tokens and basic users. With neither configured the service is open: everybody is let in, unnamed. */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { tokens, users } = options;
  const passwords = new PasswordCheck(options);
  return {
    async authenticate(authorization) {
      if (tokens.length === 0 && users.length === 0) return { name: null };
      const [scheme, value] = splitHeader(authorization ?? '');
      if (scheme === 'bearer') return findToken(tokens, value);
      if (scheme === 'basic' && users.length > 0) return passwords.check(value);
      return undefined;
    },
  };
}

/** Looks at every token, so that the time tells nothing about which one was close. */
function findToken(tokens: readonly TokenRecord[], token: string): Identity | undefined {
  const digest = hashToken(token);
  let found: Identity | undefined;
  for (const record of tokens) {
    if (timingSafeEqual(record.digest, digest)) found = { name: record.name };
  }
  return found;
}

class PasswordCheck {
  readonly #options: AuthenticatorOptions;
  readonly #gate = new PasswordGate();
  /** Keyed digest of user and password → until when it is taken, in milliseconds since the epoch. */
  readonly #cache = new Map<string, number>();
  /** Checks that run just now: fifty jobs of one user that poll at once ask scrypt once. */
  readonly #running = new Map<string, Promise<Identity | undefined>>();

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
  }

  async check(encoded: string): Promise<Identity | undefined> {
    const { clock, secret } = this.#options;
    const credentials = Buffer.from(encoded, 'base64').toString();
    const colon = credentials.indexOf(':');
    if (colon === -1) return undefined;
    const [name, password] = [credentials.slice(0, colon), credentials.slice(colon + 1)];
    const key = createHmac('sha256', secret).update(credentials).digest('base64');
    if ((this.#cache.get(key) ?? 0) > clock.now()) return { name };
    const running = this.#running.get(key) ?? this.#verify(name, password, key);
    this.#running.set(key, running);
    return running.finally(() => this.#running.delete(key));
  }

  async #verify(name: string, password: string, key: string): Promise<Identity | undefined> {
    const { users, clock, secret } = this.#options;
    // An unknown user costs what a known one does: his password is compared with a secret nobody has.
    const record = users.find((user) => user.name === name) ?? { name: null, salt: secret, digest: secret };
    const digest = await this.#gate.run(() => hashPassword(password, record.salt));
    if (!timingSafeEqual(record.digest, digest) || record.name === null) return undefined;
    this.#remember(key, clock.now() + CACHE_MS);
    return { name: record.name };
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
