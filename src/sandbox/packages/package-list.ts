import { z } from 'zod';
import { type InstalledPackage, ORIGINS } from '../../ecosystems/installed-package.js';
import type { PackageListing } from '../../jobs/ports.js';
import type { IncompleteReason } from '../../report/verdict/verdict.js';
import { SandboxError } from '../errors.js';

/** Limit for the output of a package lister: about 50,000 packages. */
export const MAX_LISTING_BYTES = 64 * 1024 * 1024;

const shortText = z.string().max(4096);

const origin = z.object({ kind: z.enum(ORIGINS), resolved: shortText.nullable(), integrity: shortText.nullable() });

/**
 * A line of the listing: a package; a name in a `.bin` folder and its file; a disagreement between the manager's records and the disk; or a
 * reason why the run is incomplete.
 */
const packageLine = z.object({
  name: shortText.min(1),
  calledItself: shortText.optional(),
  version: shortText,
  path: shortText.min(1),
  realPath: shortText.startsWith('/'),
  from: origin,
  optional: z.boolean(),
  scripts: z.array(z.string().max(32)).max(16),
  buildScripts: z.array(z.string().max(32)).max(16).optional(),
  dependencies: z.array(shortText).max(2000),
  mayBeAbsent: z.array(shortText).max(2000).optional(),
  resolved: z.record(shortText, shortText.startsWith('/')).optional(),
  bins: z.array(shortText.startsWith('/')).max(4).optional(),
  sites: z.array(shortText.startsWith('https://')).max(3).optional(),
}) satisfies z.ZodType<InstalledPackage>;
const lineSchema = z.union([
  packageLine,
  z.object({ disagreement: shortText }),
  z.object({ command: shortText.startsWith('/'), file: shortText.startsWith('/') }),
  z.object({ incomplete: z.object({ code: z.enum(['fetch-failed', 'other-runtime']), message: shortText }) }),
]);

/** @throws SandboxError `listing-failed` if a line is malformed, or the first one is not the project */
export function parsePackageList(text: string): PackageListing {
  const packages: InstalledPackage[] = [];
  const disagreements: string[] = [];
  const commands = new Map<string, string>();
  const incomplete: IncompleteReason[] = [];
  for (const line of text.split('\n').filter((candidate) => candidate !== '')) {
    const parsed = parseLine(line);
    if ('disagreement' in parsed) disagreements.push(parsed.disagreement);
    else if ('command' in parsed) commands.set(parsed.command, parsed.file);
    else if ('incomplete' in parsed) incomplete.push(parsed.incomplete);
    else packages.push(parsed);
  }
  if (packages[0]?.path !== '.')
    throw new SandboxError('listing-failed', 'the list of packages does not start with the project');
  return { packages, disagreements, commands, incomplete };
}

function parseLine(line: string): z.infer<typeof lineSchema> {
  try {
    return lineSchema.parse(JSON.parse(line));
  } catch (cause) {
    throw new SandboxError('listing-failed', 'the list of packages is malformed', { cause });
  }
}
