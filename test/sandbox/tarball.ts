import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { create } from 'tar';

/** Files of a project by their path; objects are written as JSON. */
export type Files = Readonly<Record<string, string | Buffer | object>>;

/** The gzipped tar of a project, as `tar -C dir -czf x.tgz .` makes it. */
export async function tarball(files: Files): Promise<Readable> {
  const folder = mkdtempSync(join(tmpdir(), 'packwarden-test-'));
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(
        join(folder, path),
        typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content),
      );
    }
    const chunks: Buffer[] = [];
    for await (const chunk of create({ cwd: folder, portable: true }, ['.'])) chunks.push(chunk);
    return Readable.from([gzipSync(Buffer.concat(chunks))]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
