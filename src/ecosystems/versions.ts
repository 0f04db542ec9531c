import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const version = z.string().regex(/^\d+\.\d+\.\d+$/);
const schema = z.object({
  NODE_VERSION: version,
  NPM_VERSION: version,
  PNPM_VERSION: version,
  PNPM_10_VERSION: version,
  PNPM_9_VERSION: version,
  YARN_CLASSIC_VERSION: version,
  YARN_BERRY_VERSION: version,
  BUN_VERSION: version,
  YARN_3_VERSION: version,
  BUNDLER_VERSION: version,
});

function read(): z.infer<typeof schema> {
  const file = fileURLToPath(new URL('../../image/versions.env', import.meta.url));
  const pairs = [...readFileSync(file, 'utf8').matchAll(/^(\w+)=(.*)$/gm)].map(([, key, value]) => [key, value]);
  return schema.parse(Object.fromEntries(pairs));
}

/** The versions in the image that belongs to this code: they are part of its tag, so no other image is used. */
export const VERSIONS = Object.freeze(read());
