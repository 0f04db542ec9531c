import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import { messageOf } from '../../errors/message.js';
import { DestinationsInForce } from '../../gitlab/receive/destinations-in-force.js';
import { type Config, ConfigError } from './config.js';

/** Null if none are configured. @throws ConfigError that names the setting, but never contains a token */
export function openDestinations(config: Config, log: Logger): DestinationsInForce | null {
  const path = config.PACKWARDEN_GITLAB_DESTINATIONS_FILE;
  if (path === undefined) return null;
  try {
    return new DestinationsInForce(() => readFileSync(path, 'utf8'), log);
  } catch (cause) {
    const reason = messageOf(cause);
    throw new ConfigError(`PACKWARDEN_GITLAB_DESTINATIONS_FILE: ${path}: ${reason}`, cause);
  }
}
