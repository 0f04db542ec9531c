import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { create } from 'tar';

/** Packs a folder as `tar -C DIR -czf - .` does, or one entry of it. */
export async function packFolder(folder: string, entry = '.'): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of create({ cwd: folder, gzip: true, portable: true }, [entry])) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A project tarball from its files' contents; objects are written as JSON. */
export async function packProject(files: Record<string, string | Buffer | object>, entry = '.'): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'pw-project-'));
  try {
    for (const [name, content] of Object.entries(files)) {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content));
    }
    return await packFolder(folder, entry);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A project with one vendored dependency `dep` whose postinstall is `node setup.js` with the given code. */
export function projectWithScript(code: string): Promise<Buffer> {
  return packProject({
    'package.json': { name: 'app', version: '1.0.0', dependencies: { dep: 'file:dep' } },
    'dep/package.json': { name: 'dep', version: '1.2.3', scripts: { postinstall: 'node setup.js' } },
    'dep/index.js': 'module.exports = 1;',
    'dep/setup.js': code,
  });
}
