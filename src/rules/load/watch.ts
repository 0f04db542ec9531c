import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Logger } from 'pino';

/** Editors write a file in several steps, and configuration tools swap folders: one change is announced after they rest. */
const QUIET_MS = 200;

/** Stops watching. */
export interface Watching {
  stop(): void;
}

/**
 * Calls `changed` once things have rested after a change of one of these rule files, or in one of these folders. A file
 * is watched through its folder, since most writers replace it.
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
  // A folder that goes away ends its watcher; the rules in force stay, and SIGHUP still reloads.
  watcher.on('error', (error) => log.warn({ err: error, folder }, 'rule files are no longer watched'));
  return watcher;
}

async function folderOf(path: string): Promise<string> {
  const absolute = resolve(path);
  const isFolder = (await stat(absolute).catch(() => undefined))?.isDirectory() === true;
  return isFolder ? absolute : dirname(absolute);
}
