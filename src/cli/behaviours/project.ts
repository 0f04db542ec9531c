import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create as createTar } from 'tar';
import type { Line } from './list.js';

/** The tarball of a project whose only dependencies are the packages of a line. */
export async function projectOf({ dependencies }: Line): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'packwarden-'));
  try {
    const manifest = { name: 'measured', version: '1.0.0', private: true, dependencies };
    await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
    const chunks: Buffer[] = [];
    for await (const chunk of createTar({ cwd: folder, gzip: true, portable: true }, ['.'])) chunks.push(chunk);
    return Buffer.concat(chunks);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
