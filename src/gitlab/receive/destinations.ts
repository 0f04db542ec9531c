import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { GitlabError } from '../errors.js';
import { normalizeInstance } from '../instance.js';

/** A streaming destination in GitLab: one feed of audit events of one instance. */
export interface Destination {
  readonly id: string;
  /** The GitLab instance, normalized by `normalizeInstance`. */
  readonly instance: string;
}

/** Provides the currently configured destinations. */
export type KnownDestinations = Pick<Destinations, 'all'>;

const instance = z.string().transform((text, context) => {
  const known = normalizeInstance(text);
  if (known !== undefined) return known;
  context.issues.push({ code: 'custom', message: 'not an http(s) address', input: null });
  return z.NEVER;
});

/** `NAME:SHA-256`, as printed by `packwarden credentials token`, so that the file contains no usable token. */
const HASHED = /^[\w.@-]{1,64}:([0-9a-f]{64})$/i;

const fileSchema = z.strictObject({
  destinations: z
    .array(
      z.strictObject({
        id: z.string().regex(/^[\w.-]{1,64}$/, 'letters, digits, ., - and _ only'),
        instance,
        /** Two during a rotation: GitLab can't change a destination's token, so a second destination takes over. */
        /** In plain text, or `HASHED`. */
        tokens: z.array(z.string().min(16, 'has at least 16 characters').max(256)).min(1).max(2),
      }),
    )
    .min(1),
});

interface KnownToken {
  readonly digest: Buffer;
  readonly destination: Destination;
}

/** The destinations that may send, by their tokens. Only digests of the tokens are kept. */
export class Destinations {
  readonly all: readonly Destination[];
  readonly #tokens: readonly KnownToken[];

  private constructor(destinations: readonly Destination[], tokens: readonly KnownToken[]) {
    this.all = destinations;
    this.#tokens = tokens;
  }

  /** Parses the file of `PACKWARDEN_GITLAB_DESTINATIONS_FILE`; error messages contain the position but no token. @throws GitlabError */
  static parse(text: string): Destinations {
    let content: unknown;
    try {
      content = JSON.parse(text);
    } catch {
      // JSON.parse quotes what it could not parse, which may be a token.
      throw new GitlabError('bad-destinations-file', 'it is not JSON');
    }
    const parsed = fileSchema.safeParse(content);
    if (!parsed.success) {
      const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
      throw new GitlabError('bad-destinations-file', faults.join('; '));
    }
    const { destinations } = parsed.data;
    const tokens = destinations.flatMap(({ id, instance: at, tokens: own }) =>
      own.map((token) => ({ digest: digestAtRest(token), destination: { id, instance: at } })),
    );
    requireUnique(
      destinations.map(({ id }) => id),
      'an id occurs twice',
    );
    requireUnique(
      tokens.map(({ digest }) => digest.toString('hex')),
      'a token occurs twice',
    );
    return new Destinations(
      destinations.map(({ id, instance: at }) => ({ id, instance: at })),
      tokens,
    );
  }

  /** The destination with this token. Compares all tokens, by digests of equal length, so the time reveals nothing. */
  find(token: string): Destination | undefined {
    const digest = digestOf(token);
    let found: Destination | undefined;
    for (const known of this.#tokens) {
      if (timingSafeEqual(known.digest, digest)) found = known.destination;
    }
    return found;
  }

  instances(): ReadonlySet<string> {
    return new Set(this.all.map(({ instance: at }) => at));
  }
}

function digestAtRest(token: string): Buffer {
  const [, hashed] = HASHED.exec(token) ?? [];
  return hashed === undefined ? digestOf(token) : Buffer.from(hashed, 'hex');
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

function requireUnique(texts: readonly string[], fault: string): void {
  if (new Set(texts).size < texts.length) throw new GitlabError('bad-destinations-file', fault);
}
