import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../errors/message.js';
import { RuleSetError } from '../errors.js';
import type { RuleFile } from './load.js';
import { MAX_FILE_BYTES } from './yaml/yaml-file.js';

/**
 * Reads rule files in the given order; a folder stands for its `.yaml` and `.yml` files, sorted by name.
 *
 * @throws RuleSetError `unreadable` with the file's name
 */
export async function readRuleFiles(paths: readonly string[]): Promise<RuleFile[]> {
  const files: RuleFile[] = [];
  for (const path of paths) {
    for (const file of await filesOf(path)) files.push({ path: file, text: await readText(file) });
  }
  return files;
}

async function filesOf(path: string): Promise<string[]> {
  const info = await attempt(path, () => stat(path));
  if (!info.isDirectory()) return [path];
  const names = await attempt(path, () => readdir(path));
  return names
    .filter((name) => /\.ya?ml$/.test(name) && !name.startsWith('.'))
    .sort()
    .map((name) => join(path, name));
}

async function readText(path: string): Promise<string> {
  const { size } = await attempt(path, () => stat(path));
  // Check the size before reading, so that a huge file is not loaded only to be rejected.
  if (size > MAX_FILE_BYTES)
    throw new RuleSetError('unreadable', `${path}: file is larger than ${MAX_FILE_BYTES} bytes`, []);
  const bytes = await attempt(path, () => readFile(path));
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new RuleSetError('unreadable', `${path}: file is not UTF-8 text`, [], { cause: error });
  }
}

async function attempt<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const reason = messageOf(error);
    throw new RuleSetError('unreadable', `${path}: ${reason}`, [], { cause: error });
  }
}
