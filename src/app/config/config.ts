import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { messageOf } from '../../errors/message.js';
import { CLIENT_VARIABLES, type ClientConfig, parseClientConfig } from './client-config.js';
import { refuseContradictions } from './config-checks.js';
import { ConfigError } from './config-error.js';
import { configSchema } from './config-schema.js';

export { ConfigError };

/** The effective configuration: parsed once, frozen. Keys are the variables' names. */
export type Config = Readonly<z.infer<typeof configSchema>>;

/** Variables by name, like `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the variables, and the file that `PACKWARDEN_CONFIG` names (YAML or JSON, same keys; the environment wins). @throws ConfigError */
export function loadConfig(env: Environment = process.env): Config {
  const given = { ...readConfigFile(env.PACKWARDEN_CONFIG), ...definedOf(env) };
  const unknown = Object.keys(given).filter((key) => !(key in configSchema.shape));
  if (unknown.length > 0) throw new ConfigError(`unknown setting ${unknown.join(', ')}: see packwarden config --help`);
  const parsed = configSchema.safeParse(given);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new ConfigError(`the configuration is invalid: ${faults.join('; ')}`);
  }
  const config = { ...parsed.data, PACKWARDEN_CA_FILE: parsed.data.PACKWARDEN_CA_FILE ?? env.NODE_EXTRA_CA_CERTS };
  refuseContradictions(config);
  return Object.freeze(config);
}

/** What the client commands read from the environment. @throws ClientConfigError */
export function loadClientConfig(env: Environment = process.env): ClientConfig {
  return parseClientConfig(env);
}

function definedOf(env: Environment): Record<string, string> {
  const own = Object.entries(env).filter(
    (entry): entry is [string, string] =>
      entry[0].startsWith('PACKWARDEN_') &&
      entry[0] !== 'PACKWARDEN_CONFIG' &&
      !CLIENT_VARIABLES.has(entry[0]) &&
      entry[1] !== undefined &&
      entry[1] !== '',
  );
  return Object.fromEntries(own);
}

function readConfigFile(path: string | undefined): Record<string, unknown> {
  if (path === undefined || path === '') return {};
  let content: unknown;
  try {
    content = parseYaml(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new ConfigError(`PACKWARDEN_CONFIG: ${path} can't be read: ${messageOf(cause)}`, cause);
  }
  const parsed = z.record(z.string(), z.union([z.string(), z.number()])).safeParse(content);
  if (!parsed.success) throw new ConfigError(`PACKWARDEN_CONFIG: ${path} must map variable names to values`);
  return parsed.data;
}

/** Every variable in order. */
export function configReference(): readonly { name: string; fallback: string; meaning: string }[] {
  return Object.entries(configSchema.shape).map(([name, type]) => {
    const fallback = type.safeParse(undefined);
    const shown = fallback.success && fallback.data !== undefined ? String(fallback.data) : '–';
    return { name, fallback: shown === '' ? '–' : shown, meaning: type.description ?? '' };
  });
}
