import { createHash, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { z } from 'zod';

/** A bearer token as it is stored. */
export interface TokenRecord {
  readonly name: string;
  /** SHA-256 of the token: a fast hash is enough, because our tokens are random with at least 128 bits. */
  readonly digest: Buffer;
}

/** A user's password as it is stored. */
export interface UserRecord {
  readonly name: string;
  readonly salt: Buffer;
  /** scrypt of the password, see `hashPassword`. */
  readonly digest: Buffer;
}

/** A credentials file is malformed. The message names the line but never quotes it, because it may hold a secret. */
export class CredentialsError extends Error {
  override readonly name = 'CredentialsError';
  readonly code = 'bad-credentials-file';
}

/** OWASP's password storage cheat sheet, scrypt with 32 MiB: N = 2^15, r = 8, p = 3. */
const SCRYPT = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1024 ** 2 };
const DIGEST_BYTES = 32;
const scryptAsync = promisify<string, Buffer, number, typeof SCRYPT, Buffer>(scrypt);

const hex = (minBytes: number, maxBytes: number) =>
  z
    .string()
    .regex(/^([0-9a-f]{2})+$/i)
    .min(minBytes * 2)
    .max(maxBytes * 2)
    .transform((text) => Buffer.from(text, 'hex'));
const name = z.string().regex(/^[\w.@-]{1,64}$/);
const tokenLine = z
  .tuple([name, hex(DIGEST_BYTES, DIGEST_BYTES)])
  .transform(([name, digest]): TokenRecord => ({ name, digest }));
const userLine = z
  .tuple([name, hex(16, 64), hex(DIGEST_BYTES, DIGEST_BYTES)])
  .transform(([name, salt, digest]): UserRecord => ({ name, salt, digest }));

/** SHA-256 of a bearer token. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** scrypt of a password; takes some 100 ms of one core and 32 MiB. `salt`: 16 random bytes or more. */
export function hashPassword(password: string, salt: Buffer): Promise<Buffer> {
  return scryptAsync(password.normalize('NFC'), salt, DIGEST_BYTES, SCRYPT);
}

/** The line of the tokens file for a new token: `name:sha256`. */
export function formatToken(name: string, token: string): string {
  return `${name}:${hashToken(token).toString('hex')}`;
}

/** The line of the users file for a new user: `name:salt:scrypt`. */
export async function formatUser(name: string, password: string, salt: Buffer): Promise<string> {
  return `${name}:${salt.toString('hex')}:${(await hashPassword(password, salt)).toString('hex')}`;
}

/** Reads a tokens file: a line of `formatToken` each; empty lines and `#` comments are skipped. @throws CredentialsError */
export function parseTokens(text: string): readonly TokenRecord[] {
  return parseLines(text, tokenLine);
}

/** Reads a users file: a line of `formatUser` each; empty lines and `#` comments are skipped. @throws CredentialsError */
export function parseUsers(text: string): readonly UserRecord[] {
  return parseLines(text, userLine);
}

function parseLines<T extends { readonly name: string }>(text: string, schema: z.ZodType<T>): readonly T[] {
  const records: T[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const parsed = schema.safeParse(trimmed.split(':'));
    if (!parsed.success) throw new CredentialsError(`line ${index + 1} is not a name with its hash`);
    if (records.some((record) => record.name === parsed.data.name)) {
      throw new CredentialsError(`line ${index + 1} repeats the name of an earlier one`);
    }
    records.push(parsed.data);
  }
  return records;
}
