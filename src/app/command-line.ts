import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';

/** Made by scripts/build-client.mjs. */
const FILE = new URL('../../dist/client/cli.tgz', import.meta.url);

/** Reads the packed command line; a service that was not built serves without one, and says so. */
export async function readCommandLine(log: Logger): Promise<Buffer | undefined> {
  try {
    return await readFile(FILE);
  } catch (err) {
    log.warn({ err }, 'no packed command line: /cli.tgz is not there');
    return undefined;
  }
}
