import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';

/** Built by scripts/build-client.mjs. */
const FILE = new URL('../../../dist/client/cli.tgz', import.meta.url);

/** Reads the packed command line. If it was not built, the service runs without offering it, and logs that. */
export async function readCommandLine(log: Logger): Promise<Buffer | undefined> {
  try {
    return await readFile(FILE);
  } catch (err) {
    log.warn({ err }, 'the command line client was not built: /cli.tgz is not available');
    return undefined;
  }
}
