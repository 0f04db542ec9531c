import { constants } from 'node:fs';
import { access, readFile, statfs } from 'node:fs/promises';
import { arch, release } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { Logger } from 'pino';
import { GrpcClient } from '../../falco/grpc-client.js';
import { redisFacts } from '../../queue/redis-facts.js';
import { imageTags } from '../../sandbox/container/image-tag.js';
import { engineFacts } from '../../sandbox/host/engine-facts.js';
import type { Config } from '../config/config.js';
import { openStores, storeFault } from '../stores.js';
import type { Host } from './host.js';

const ANSWER_MS = 5_000;
/** Searched in addition to PATH, which often lacks the administrator's folders. */
const MORE_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** This machine, with the addresses and folders from the configuration. `path`: where programs are searched. */
export function machineHost(config: Config, path: string, log: Logger): Host {
  const folders = [...path.split(delimiter), ...MORE_FOLDERS];
  return {
    release: release(),
    arch: arch(),
    isRoot: process.getuid?.() === 0,
    nowMs: () => Date.now(),
    readText: (file) => readFile(file, 'utf8').catch(() => null),
    exists: (file) => reachable(file, constants.F_OK),
    hasProgram: async (name) => {
      for (const folder of folders) if (await reachable(join(folder, name), constants.X_OK)) return true;
      return false;
    },
    freeBytes: async (folder) => {
      const { bavail, bsize } = await statfs(await nearest(folder));
      return bavail * bsize;
    },
    isWritable: async (folder) => reachable(await nearest(folder), constants.W_OK),
    get: async (url) => {
      const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS), redirect: 'manual' });
      const date = Date.parse(answer.headers.get('date') ?? '');
      return { status: answer.status, dateMs: Number.isNaN(date) ? null : date, text: await answer.text() };
    },
    engine: () => engineFacts(config.PACKWARDEN_DOCKER_SOCKET, Object.values(imageTags())),
    redis: (url) => redisFacts(url, log),
    storeFault: async () => {
      const stores = await openStores(config, config.PACKWARDEN_REDIS_URL ?? '', log);
      return storeFault(stores).finally(() => stores.close());
    },
    falcoVersion: async (target) => {
      const client = new GrpcClient(target);
      try {
        return await client.version(ANSWER_MS, new AbortController().signal);
      } finally {
        client.close();
      }
    },
  };
}

function reachable(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}

/** The folder, or its nearest existing ancestor. */
async function nearest(folder: string): Promise<string> {
  let at = folder;
  while (!(await reachable(at, constants.F_OK)) && dirname(at) !== at) at = dirname(at);
  return at;
}
