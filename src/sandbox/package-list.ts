import { z } from 'zod';
import type { InstalledPackage } from '../report/installed-package.js';
import { SandboxError } from './errors.js';

/** What `packages.mjs` prints at most: 50,000 packages. */
export const MAX_LISTING_BYTES = 64 * 1024 * 1024;

const shortText = z.string().max(4096);

/** One line of the listing. It comes out of a sandbox where anything may have tampered with it. */
const lineSchema = z.object({
  name: shortText.min(1),
  version: shortText,
  path: shortText.min(1),
  realPath: shortText.startsWith('/'),
  scripts: z.array(z.string().max(32)).max(16),
  dependencies: z.array(shortText).max(2000),
  resolved: z.record(shortText, shortText.startsWith('/')).optional(),
  bins: z.array(shortText.startsWith('/')).max(4).optional(),
}) satisfies z.ZodType<InstalledPackage>;

/** @throws SandboxError `listing-failed` when a line is not what the lister writes, or the project is not its first */
export function parsePackageList(text: string): readonly InstalledPackage[] {
  const packages = text
    .split('\n')
    .filter((line) => line !== '')
    .map(parseLine);
  if (packages[0]?.path !== '.')
    throw new SandboxError('listing-failed', 'the list of packages does not begin with the project');
  return packages;
}

function parseLine(line: string): InstalledPackage {
  try {
    return lineSchema.parse(JSON.parse(line));
  } catch (cause) {
    throw new SandboxError('listing-failed', 'the list of packages is not what its lister writes', { cause });
  }
}
