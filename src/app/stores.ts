import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { spoolStore } from '../blobs/spool.js';
import { producerConnection } from '../queue/connection.js';
import { FileStore } from '../stores/file-store.js';
import type { ObjectStore } from '../stores/object-store.js';
import { RedisStore } from '../stores/redis-store.js';
import type { S3Access } from '../stores/s3-store.js';
import { type Config, ConfigError } from './config/config.js';

/** Where tarballs and reports are kept. */
export interface Stores {
  readonly tarballs: ObjectStore;
  readonly reports: ObjectStore;
  close(): Promise<void>;
}

/** What follows the keys of reports. */
const REPORT_SUFFIX = '.json.gz';
const DAY_S = 86_400;

/** The folder in which tarballs are received; with the store `file` they stay there, as in earlier versions. */
export function spoolFolder({ PACKWARDEN_DATA_DIR: folder }: Config): string {
  return join(folder, 'spool');
}

/** Opens the configured store. `redisUrl`: the queue's Redis. @throws ConfigError, and if a folder can't be created or used */
export async function openStores(config: Config, redisUrl: string, log: Logger): Promise<Stores> {
  if (config.PACKWARDEN_STORE === 's3') return s3Stores(config);
  if (config.PACKWARDEN_STORE === 'redis') return redisStores(config, redisUrl, log);
  const tarballs = await spoolStore(spoolFolder(config));
  const folder = join(config.PACKWARDEN_DATA_DIR, 'reports');
  const reports = await FileStore.open({ folder, suffix: REPORT_SUFFIX });
  return { tarballs, reports, close: async () => void (await Promise.all([tarballs.close(), reports.close()])) };
}

/** Why tarballs or reports can't be stored or read at the moment; null if they can. */
export async function storeFault({ tarballs, reports }: Stores): Promise<string | null> {
  const [first, second] = await Promise.all([reports.fault(), tarballs.fault()]);
  return first ?? second;
}

/** The client is loaded only where it is used: it is as large as all the rest. */
async function s3Stores(config: Config): Promise<Stores> {
  const { S3Store, s3Client } = await import('../stores/s3-store.js');
  const client = s3Client(s3Access(config));
  const { PACKWARDEN_S3_BUCKET: bucket = '', PACKWARDEN_S3_PREFIX: prefix } = config;
  return {
    tarballs: new S3Store({ client, bucket, prefix: `${prefix}tarballs/`, suffix: '.tgz' }),
    reports: new S3Store({ client, bucket, prefix: `${prefix}reports/`, suffix: REPORT_SUFFIX }),
    close: async () => client.destroy(),
  };
}

function s3Access(config: Config): S3Access {
  const { PACKWARDEN_S3_ENDPOINT: endpoint = '', PACKWARDEN_S3_REGION: region } = config;
  const { PACKWARDEN_S3_KEY_ID: id, PACKWARDEN_S3_SECRET: secret, PACKWARDEN_S3_CREDENTIALS_FILE: file } = config;
  if (file === undefined) return { endpoint, region, keyId: id ?? '', secret: secret ?? '' };
  const [keyId, fromFile, ...more] = linesOf(file);
  if (keyId === undefined || fromFile === undefined || more.length > 0) {
    throw new ConfigError(
      `PACKWARDEN_S3_CREDENTIALS_FILE: ${file} must have two lines: the id and the secret of a key`,
    );
  }
  return { endpoint, region, keyId, secret: fromFile };
}

function linesOf(file: string): readonly string[] {
  try {
    const lines = readFileSync(file, 'utf8').split('\n');
    return lines.map((line) => line.trim()).filter((line) => line !== '');
  } catch (cause) {
    throw new ConfigError(`PACKWARDEN_S3_CREDENTIALS_FILE: ${file} can't be read`, cause);
  }
}

function redisStores(config: Config, url: string, log: Logger): Stores {
  const redis = producerConnection(url, log);
  // Longer than the job is known, so that a report does not expire before it.
  const keptS = config.PACKWARDEN_RETENTION_S + config.PACKWARDEN_QUEUE_TIMEOUT_S + DAY_S;
  const common = { redis, keptS, now: () => Date.now() };
  return {
    tarballs: new RedisStore({ ...common, prefix: 'packwarden:tarballs:' }),
    reports: new RedisStore({ ...common, prefix: 'packwarden:reports:' }),
    close: async () => redis.disconnect(),
  };
}
