import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { messageOf } from '../../errors/message.js';
import type { SandboxRegistry } from '../../sandbox/options.js';
import { ConfigError } from './config.js';

const file = z.string().min(1).optional();
const registrySchema = z
  .strictObject({
    url: z.url({ protocol: /^https?$/ }),
    // npm converts underscores in the names of its variables to hyphens, so a scope with one can not be configured.
    scopes: z
      .array(z.string().regex(/^@[a-z0-9~][a-z0-9.~-]*$/, 'must be @ followed by lower case letters, digits, . ~ or -'))
      .default([]),
    token_file: file,
    username: file,
    password_file: file,
  })
  .refine(({ token_file, username, password_file }) => {
    const login = [username, password_file].filter((value) => value !== undefined).length;
    return login === 0 || (login === 2 && token_file === undefined);
  }, 'must have either a token_file, or a username with a password_file, or none of them');
const fileSchema = z.strictObject({ registries: z.array(registrySchema).min(1) });

type RegistryEntry = z.infer<typeof registrySchema>;

/** Reads the file that PACKWARDEN_REGISTRIES_FILE names, and the secrets in the files that it names. @throws ConfigError */
export function readRegistries(path: string | undefined): readonly SandboxRegistry[] {
  if (path === undefined) return [];
  const fail = (why: string, cause?: unknown): never => {
    throw new ConfigError(`PACKWARDEN_REGISTRIES_FILE: ${path}: ${why}`, cause);
  };
  let content: unknown;
  try {
    content = parseYaml(readFileSync(path, 'utf8'));
  } catch (cause) {
    return fail(messageOf(cause), cause);
  }
  const parsed = fileSchema.safeParse(content);
  if (!parsed.success) {
    return fail(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
  }
  return parsed.data.registries.map((entry) => {
    const { url, scopes } = entry;
    const parts = new URL(url);
    if (parts.username !== '' || parts.password !== '')
      return fail('put the credentials of a registry into a file, not into its URL');
    try {
      const authorization = authorizationOf(entry);
      if (authorization === undefined) return { url, scopes };
      if (parts.protocol !== 'https:') return fail(`${url}: credentials are only sent over https`);
      return { url, scopes, authorization };
    } catch (cause) {
      if (cause instanceof ConfigError) throw cause;
      return fail(messageOf(cause), cause);
    }
  });
}

function authorizationOf({ token_file, username, password_file }: RegistryEntry): string | undefined {
  if (token_file !== undefined) return `Bearer ${secretIn(token_file)}`;
  if (password_file === undefined) return undefined;
  return `Basic ${Buffer.from(`${username}:${secretIn(password_file)}`).toString('base64')}`;
}

/** A single line; editors append a newline to it. */
function secretIn(path: string): string {
  const secret = readFileSync(path, 'utf8').trim();
  if (!/^[\x21-\x7e]+$/.test(secret)) throw new Error(`${path} must contain one secret on one line`);
  return secret;
}
