import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { IMAGE_NAMES } from '../../ecosystems/image/images.js';
import type { SandboxImages } from '../options.js';

/** The image definition that belongs to this code, next to `src/` and `dist/`. */
const IMAGE_DIR = fileURLToPath(new URL('../../../image', import.meta.url));

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

function filesBelow(folder: string, prefix: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = `${prefix}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(join(folder, entry.name), path) : [path];
  });
}

/**
 * The names and tags of the images; the tag is a hash of the folder with their definitions. `scripts/setup.d/image.sh` computes the same
 * hash (`find . -type f | sort | xargs sha256sum | sha256sum`), so a service never runs an image of another version.
 */
export function imageTags(imageDir = IMAGE_DIR): SandboxImages {
  const files = filesBelow(imageDir, '.').sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const listing = files.map((file) => `${sha256(readFileSync(join(imageDir, file)))}  ${file}\n`).join('');
  const tag = sha256(listing).slice(0, 12);
  const tags = IMAGE_NAMES.map((name) => [name, `packwarden/sandbox-${name}:${tag}`] as const);
  return Object.fromEntries(tags) as SandboxImages;
}
