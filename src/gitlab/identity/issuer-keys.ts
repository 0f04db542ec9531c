import { createLocalJWKSet, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { messageOf } from '../../errors/message.js';
import { GitlabError } from '../errors.js';

export interface IssuerOptions {
  readonly now: () => number;
  /** How long an answer of an issuer may take, in milliseconds. @defaultValue 5 s */
  readonly timeoutMs?: number;
}

/** How long keys are cached. */
const FRESH_MS = 60 * 60_000;
/** Minimum interval between refreshes because of an unknown key. */
const ROTATION_MS = 30_000;
/** Minimum interval after a failure: an issuer that hangs must not block every submission. */
const FAILURE_MS = 10_000;
/** Discovery documents and key sets have a few KiB. */
const MAX_ANSWER = 256 * 1024;

const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.string() });
const keysSchema = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(64) });

interface Known {
  readonly find: JWTVerifyGetKey;
  readonly at: number;
}

/** The cached signing keys of one issuer, from OIDC discovery; refreshed when a key is unknown. */
export class IssuerKeys {
  #known: Known | undefined;
  #asking: Promise<Known> | undefined;
  #failed: { readonly at: number; readonly error: GitlabError } | undefined;

  constructor(
    /** Exactly as in the `iss` of tokens. */
    readonly issuer: string,
    private readonly options: IssuerOptions,
  ) {}

  /** For `jwtVerify`. @throws GitlabError `issuer-unavailable`; jose's errors for an unknown key */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    const known = await this.#keys(FRESH_MS);
    try {
      return await known.find(header, token);
    } catch (error) {
      if (this.options.now() - known.at < ROTATION_MS) throw error;
      return (await this.#keys(ROTATION_MS)).find(header, token);
    }
  };

  async #keys(maxAgeMs: number): Promise<Known> {
    const now = this.options.now();
    if (this.#known !== undefined && now - this.#known.at < maxAgeMs) return this.#known;
    if (this.#failed !== undefined && now - this.#failed.at < FAILURE_MS)
      return this.#known ?? raise(this.#failed.error);
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    try {
      return await this.#asking;
    } catch (cause) {
      const error = new GitlabError(
        'issuer-unavailable',
        `the keys of ${this.issuer} can't be had: ${reasonOf(cause)}`,
        cause,
      );
      this.#failed = { at: now, error };
      // Old keys are better than none: tokens are valid for minutes, keys for months.
      if (this.#known !== undefined) return this.#known;
      throw error;
    }
  }

  async #ask(): Promise<Known> {
    const issuer = this.issuer.replace(/\/+$/, '');
    const discovery = discoverySchema.parse(await this.#fetchJson(`${issuer}/.well-known/openid-configuration`));
    if (discovery.issuer !== this.issuer) throw new Error('its discovery document names another issuer');
    if (new URL(discovery.jwks_uri).origin !== new URL(issuer).origin) throw new Error('its keys are on another host');
    const keys = keysSchema.parse(await this.#fetchJson(discovery.jwks_uri));
    this.#known = { find: createLocalJWKSet(keys), at: this.options.now() };
    this.#failed = undefined;
    return this.#known;
  }

  async #fetchJson(url: string): Promise<unknown> {
    const signal = AbortSignal.timeout(this.options.timeoutMs ?? 5_000);
    const response = await fetch(url, { signal, redirect: 'error', headers: { accept: 'application/json' } });
    if (response.status !== 200 || response.body === null) throw new Error(`it answered ${response.status}`);
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of response.body) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > MAX_ANSWER) throw new Error(`it answered more than ${MAX_ANSWER} bytes`);
    }
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  }
}

function raise(error: GitlabError): never {
  throw error;
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'it does not answer';
  return error instanceof z.ZodError || error instanceof SyntaxError ? 'its answer is malformed' : messageOf(error);
}
