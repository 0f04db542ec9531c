import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { messageOf } from '../../errors/message.js';
import { type BehaviourData, behaviourDataSchema } from './behaviour.js';

/** The data of the registry's most used packages are smaller than 1 MiB. */
const MAX_BYTES = 32 * 1024 ** 2;

/** The measured data can't be used; the message names the file and what is wrong with it. */
export class BehavioursError extends Error {
  readonly code = 'behaviours';
  constructor(file: string, reason: string, cause?: unknown) {
    super(`the measured behaviour in ${file} can't be used: ${reason}`, { cause });
    this.name = 'BehavioursError';
  }
}

/**
 * Reads all files `*.json` of a folder, ordered by name.
 * @throws BehavioursError if the folder or one of the files can't be read, or a file does not match the schema
 */
export async function readBehaviours(folder: string): Promise<readonly BehaviourData[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new BehavioursError(folder, reasonOf(cause), cause);
  });
  const files = names.filter((name) => name.endsWith('.json')).sort();
  return Promise.all(files.map((name) => readFileOf(join(folder, name))));
}

async function readFileOf(file: string): Promise<BehaviourData> {
  try {
    const { size } = await stat(file);
    if (size > MAX_BYTES) throw new Error(`it has ${size} bytes, more than ${MAX_BYTES}`);
    return parseBehaviours(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new BehavioursError(file, reasonOf(cause), cause);
  }
}

/** @throws SyntaxError, ZodError */
export function parseBehaviours(text: string): BehaviourData {
  return behaviourDataSchema.parse(JSON.parse(text));
}

function reasonOf(cause: unknown): string {
  if (cause instanceof z.ZodError) return z.prettifyError(cause).split('\n').slice(0, 6).join('\n');
  return messageOf(cause);
}
