import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../../scripts/build-client.mjs', import.meta.url));

/** Packs the command line that a service hands out, from the sources of this moment, as `file`. */
export function packClient(file: string): Buffer {
  execFileSync(process.execPath, [SCRIPT, file]);
  return readFileSync(file);
}
