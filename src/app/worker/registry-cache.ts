import { join } from 'node:path';
import type { Logger } from 'pino';
import type { RegistryCache } from '../../egress/cache/port.js';
import { openRegistryCache } from '../../egress/cache/registry-cache.js';
import type { Clock } from '../../jobs/ports.js';
import type { Config } from '../config/config.js';

/** The registry cache of this worker; undefined if it is turned off or its folder is unusable: jobs then download everything. */
export async function openConfiguredCache(
  config: Config,
  clock: Clock,
  log: Logger,
): Promise<RegistryCache | undefined> {
  const { PACKWARDEN_DATA_DIR: dataDir, PACKWARDEN_CACHE_BYTES: maxBytes } = config;
  if (maxBytes === 0) return undefined;
  const folder = join(dataDir, 'registry-cache');
  try {
    return await openRegistryCache({ folder, maxBytes, clock, log });
  } catch (err) {
    log.error({ err, folder }, 'the registry cache is unusable');
    return undefined;
  }
}
