import type { Config } from '../config/config.js';
import { type Check, fail, type Host, pass, reasonOf, warn } from './host.js';

const GIB = 1024 ** 3;

/** Checks the Docker engine and the sandbox's images. */
export async function engineChecks(host: Host, config: Config): Promise<readonly Check[]> {
  const socket = config.PACKWARDEN_DOCKER_SOCKET;
  try {
    const { version, cgroupVersion, canLimit, missingImages } = await host.engine();
    const engine = canLimit
      ? pass('docker', `Docker ${version} at ${socket}, control groups ${cgroupVersion || 'of unknown version'}`)
      : fail(
          'docker',
          `Docker ${version} can't limit memory and processes`,
          'mount the control groups memory and pids',
        );
    const images =
      missingImages.length === 0
        ? pass('images', 'built for this version')
        : fail('images', `not built: ${missingImages.join(', ')}`, 'scripts/setup --only image');
    return [engine, images];
  } catch (error) {
    return [
      fail(
        'docker',
        `no Docker engine answers at ${socket}: ${reasonOf(error)}`,
        'start it (scripts/setup --only docker), let this user open the socket, or set PACKWARDEN_DOCKER_SOCKET',
      ),
    ];
  }
}

/** Checks that Redis answers, persists its data and evicts no keys. The same connection reads its clock. */
export async function redisChecks(
  host: Host,
  config: Config,
): Promise<{ readonly checks: readonly Check[]; readonly nowMs: number | null }> {
  const url = config.PACKWARDEN_REDIS_URL;
  if (url === undefined) return { checks: [await ownRedis(host)], nowMs: null };
  try {
    const { version, nowMs, usedBytes, maxBytes, appendOnly, appendSync, evictionPolicy } = await host.redis(url);
    const full = maxBytes > 0 && usedBytes > maxBytes * 0.8;
    const memory = full
      ? warn(
          'redis',
          `${version}, more than 80 % of its memory is used`,
          'raise maxmemory, or lower PACKWARDEN_RETENTION_S',
        )
      : pass('redis', version);
    return { checks: [memory, persistence(appendOnly, appendSync), eviction(evictionPolicy)], nowMs };
  } catch (error) {
    return {
      checks: [fail('redis', `no Redis answers: ${reasonOf(error)}`, 'start it, or correct PACKWARDEN_REDIS_URL')],
      nowMs: null,
    };
  }
}

async function ownRedis(host: Host): Promise<Check> {
  const missing = [];
  for (const program of ['redis-server', 'setpriv']) if (!(await host.hasProgram(program))) missing.push(program);
  if (missing.length === 0)
    return pass('redis', 'the service starts its own redis-server, which syncs every write and evicts nothing');
  return fail(
    'redis',
    `${missing.join(' and ')} not found`,
    'run scripts/setup --only packages, or set PACKWARDEN_REDIS_URL',
  );
}

function persistence(appendOnly: string, appendSync: string): Check {
  const name = 'redis-persistence';
  if (appendOnly === '')
    return warn(name, 'it does not say whether it writes to disk', 'ask its operator to set appendonly yes');
  if (appendOnly !== 'yes')
    return fail(
      name,
      `appendonly ${appendOnly}: a restart loses jobs and reports`,
      'CONFIG SET appendonly yes, and in redis.conf',
    );
  if (appendSync !== 'always')
    return warn(
      name,
      `appendfsync ${appendSync}: a crash may lose the jobs of the last second, although they were accepted`,
      'CONFIG SET appendfsync always',
    );
  return pass(name, 'appendonly yes, appendfsync always');
}

function eviction(policy: string): Check {
  const name = 'redis-eviction';
  if (policy === 'noeviction') return pass(name, policy);
  return fail(
    name,
    `maxmemory-policy ${policy || 'unknown'}: jobs may be lost when its memory is full`,
    'CONFIG SET maxmemory-policy noeviction, and in redis.conf',
  );
}

/** Checks the data folder: spool, caches, disks of jobs. */
export async function diskChecks(host: Host, config: Config): Promise<readonly Check[]> {
  const folder = config.PACKWARDEN_DATA_DIR;
  if (!(await host.isWritable(folder)))
    return [fail('disk', `this user can't write to ${folder}`, 'make the folder writable, or set PACKWARDEN_DATA_DIR')];
  const free = await host.freeBytes(folder);
  const perJob = config.PACKWARDEN_DISK === 'volume' ? config.PACKWARDEN_HOME_BYTES : 0;
  const wanted =
    config.PACKWARDEN_CACHE_BYTES +
    10 * config.PACKWARDEN_MAX_UPLOAD_BYTES +
    perJob * (config.PACKWARDEN_CONCURRENCY ?? 1);
  const what = `${(free / GIB).toFixed(1)} GiB free for ${folder}`;
  if (free < GIB) return [fail('disk', what, 'free some space, or set PACKWARDEN_DATA_DIR to a larger disk')];
  if (free < wanted)
    return [
      warn(
        'disk',
        `${what}; cache, uploads and disks of jobs may need ${(wanted / GIB).toFixed(1)} GiB`,
        'free some space, or lower PACKWARDEN_CACHE_BYTES',
      ),
    ];
  return [pass('disk', what)];
}

/** Checks the store of tarballs and reports; for folders, the checks of the disk do. */
export async function storeChecks(host: Host, config: Config): Promise<readonly Check[]> {
  const { PACKWARDEN_STORE: kind, PACKWARDEN_S3_BUCKET: bucket, PACKWARDEN_S3_ENDPOINT: endpoint } = config;
  if (kind !== 's3') {
    return [warn('store', 'tarballs and reports are in the memory of Redis', 'set PACKWARDEN_STORE to file or s3')];
  }
  const fault = await host.storeFault();
  const where = `bucket ${bucket} at ${endpoint}`;
  if (fault === null) return [pass('store', where)];
  return [
    fail('store', `${where}: ${fault}`, 'start it, make the bucket, or correct PACKWARDEN_S3_* (docs/operating.md)'),
  ];
}
