import { createHash, randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Clock } from '../../jobs/ports.js';
import { imageTags } from '../../sandbox/container/image-tag.js';
import type { SandboxOptions } from '../../sandbox/options.js';
import { type Config, ConfigError } from '../config/config.js';
import { readRegistries } from '../config/registries.js';
import { readNamed } from './alert-feed.js';

/** The sandbox's part of the configuration. @throws ConfigError when a file that it names, or a disk, can't be used */
export function sandboxOptions(config: Config, clock: Clock, log: Logger): SandboxOptions {
  const { PACKWARDEN_RUNTIME: runtime, PACKWARDEN_CA_FILE: caFile, PACKWARDEN_REGISTRY: registry } = config;
  const registries = readRegistries(config.PACKWARDEN_REGISTRIES_FILE);
  const { PACKWARDEN_UPSTREAM_PROXY: upstreamProxy, PACKWARDEN_EGRESS_SINK: sink } = config;
  return {
    dockerSocket: config.PACKWARDEN_DOCKER_SOCKET,
    instance: instanceOf(config.PACKWARDEN_DATA_DIR),
    images: imageTags(),
    egress: {
      mode: config.PACKWARDEN_EGRESS,
      allow: [
        ...[registry, ...registries.map(({ url }) => url)].map((url) => new URL(url).host),
        ...config.PACKWARDEN_EGRESS_ALLOW,
      ],
    },
    ...(sink === 'refuse' ? {} : { sink: { status: sink } }),
    maxEgress: config.PACKWARDEN_EGRESS_MAX ?? config.PACKWARDEN_EGRESS,
    registry,
    registries,
    ...(upstreamProxy === undefined ? {} : { upstreamProxy }),
    ...(caFile === undefined ? {} : { extraCa: readNamed(config, 'PACKWARDEN_CA_FILE').toString() }),
    ...(runtime === undefined ? {} : { runtime }),
    ...diskFolder(config),
    limits: {
      memoryBytes: config.PACKWARDEN_MEMORY_BYTES,
      homeBytes: config.PACKWARDEN_HOME_BYTES,
      tmpBytes: config.PACKWARDEN_TMP_BYTES,
      lingerMs: config.PACKWARDEN_LINGER_S * 1000,
    },
    clock,
    randomBytes,
    log,
  };
}

/** @throws ConfigError if it is unusable */
function diskFolder(config: Config): Pick<SandboxOptions, 'diskFolder'> {
  if (config.PACKWARDEN_DISK === 'memory') return {};
  if (process.getuid?.() !== 0) throw new ConfigError('PACKWARDEN_DISK=volume creates file systems, which needs root');
  return { diskFolder: join(config.PACKWARDEN_DATA_DIR, 'disks') };
}

/** The same for every start of one installation on one host, so that it finds and removes its own leftovers. */
export function instanceOf(dataDir: string): string {
  return createHash('sha256').update(`${hostname()}\0${dataDir}`).digest('hex').slice(0, 16);
}
