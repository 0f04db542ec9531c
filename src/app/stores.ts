import { join } from 'node:path';
import { spoolStore } from '../blobs/spool.js';
import { FileStore } from '../stores/file-store.js';
import type { ObjectStore } from '../stores/object-store.js';
import type { Config } from './config/config.js';

/** Where tarballs and reports are kept. */
export interface Stores {
  readonly tarballs: ObjectStore;
  readonly reports: ObjectStore;
}

/** The folder in which tarballs are received; with the store `file` they stay there, as in earlier versions. */
export function spoolFolder({ PACKWARDEN_DATA_DIR: folder }: Config): string {
  return join(folder, 'spool');
}

/** Opens the configured store. @throws if a folder can't be created or used */
export async function openStores(config: Config): Promise<Stores> {
  return {
    tarballs: await spoolStore(spoolFolder(config)),
    reports: await FileStore.open({ folder: join(config.PACKWARDEN_DATA_DIR, 'reports'), suffix: '.json.gz' }),
  };
}

/** Why tarballs or reports can't be stored or read at the moment; null if they can. */
export async function storeFault({ tarballs, reports }: Stores): Promise<string | null> {
  const [first, second] = await Promise.all([reports.fault(), tarballs.fault()]);
  return first ?? second;
}
