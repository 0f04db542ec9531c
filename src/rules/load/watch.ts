import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Logger } from 'pino';

/**
 * Editors write a file in several steps, and configuration tools swap folders: a change is announced once there has been no further one for
 * this long.
 */
const QUIET_MS = 200;

/** Stops watching. */
export interface Watching {
  stop(): void;
}

/**
 * Calls `changed` after a change of one of these rule files, or in one of these folders, once there are no further changes. Files are
 * watched through their folder, since most programs replace them.
 */
export async function watchRuleFiles(paths: readonly string[], changed: () => void, log: Logger): Promise<Watching> {
  const folders = new Set<string>();
  for (const path of paths) folders.add(await folderOf(path));
  let timer: NodeJS.Timeout | undefined;
  const notice = (): void => {
    clearTimeout(timer);
    timer = setTimeout(changed, QUIET_MS);
  };
  const watchers = [...folders].map((folder) => open(folder, notice, log));
  return {
    stop: () => {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
    },
  };
}

function open(folder: string, notice: () => void, log: Logger): FSWatcher {
  const watcher = watch(folder, { persistent: false }, notice);
  // The watcher of a deleted folder ends; the active rules stay, and SIGHUP can still reload.
  watcher.on('error', (error) => log.warn({ err: error, folder }, 'rule files are no longer watched'));
  return watcher;
}

async function folderOf(path: string): Promise<string> {
  const absolute = resolve(path);
  const isFolder = (await stat(absolute).catch(() => undefined))?.isDirectory() === true;
  return isFolder ? absolute : dirname(absolute);
}
