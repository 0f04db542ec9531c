import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path/posix';
import { parse } from 'yaml';
import { z } from 'zod';
import { HOME } from '../../ecosystems/places.js';
import { isWithin } from '../evidence/touched-files.js';
import type { Finding, PackageRef } from '../finding.js';
import { PERMITTED_CONTACT_RULE, REFUSED_EGRESS_RULE } from './egress-findings.js';
import { TOOL_STORE_RULE } from './tool-stores.js';

const names = z.array(z.string().min(1)).min(1);
/** Why it is not left to what was measured (`behaviours/`). */
const why = z.string().min(1);
const schema = z
  .strictObject({
    prebuilt: z.array(z.strictObject({ hosts: names, packages: names, why })),
    /** Folders, absolute or below HOME, and the packages whose own they are. */
    stores: z.array(z.strictObject({ folder: z.string().min(1), packages: names })),
    reads: z.array(z.strictObject({ rule: z.string(), packages: names, phase: z.enum(['install', 'import']), why })),
  })
  .readonly();

/** `rules/packages/known.yaml`: what is honest of single packages and can't be measured. */
export type KnownPackages = z.infer<typeof schema>;

/** Where nothing is known. */
export const NOTHING_KNOWN: KnownPackages = Object.freeze({ prebuilt: [], stores: [], reads: [] });

/** @throws when the file can't be read, or is not what the schema says */
export async function readKnownPackages(file: string): Promise<KnownPackages> {
  return schema.parse(parse(await readFile(file, 'utf8')));
}

/**
 * A finding that is a known package's known doing becomes an observation that says so; every other is left as it is.
 * `isFromRegistry`: whether it is what a registry delivered under its name: nobody else can have that name.
 */
export function lowerKnown(
  finding: Finding,
  known: KnownPackages,
  isFromRegistry: (pkg: PackageRef) => boolean,
): Finding {
  const why = whyKnown(finding, known, isFromRegistry);
  return why === undefined ? finding : { ...finding, priority: 'NOTICE', known: why };
}

function whyKnown(
  { package: pkg, rule, phase, alert }: Finding,
  known: KnownPackages,
  isFromRegistry: (pkg: PackageRef) => boolean,
): string | undefined {
  if (pkg === null) return undefined;
  const { name } = pkg;
  const includes = (packages: readonly string[]): boolean =>
    packages.includes('*') || (packages.includes(name) && isFromRegistry(pkg));
  if (rule === REFUSED_EGRESS_RULE || rule === PERMITTED_CONTACT_RULE) {
    const { 'egress.host': host = '', 'egress.port': port = '443', 'egress.means': means } = alert.output_fields;
    // Nobody needs to know the sandbox for a prebuilt binary, and others have places at the same hosts.
    if (means === 'identity') return undefined;
    const pair = known.prebuilt.find(({ hosts, packages }) => hosts.includes(host) && includes(packages));
    return pair && port === '443' ? `${name} asks ${host} for a prebuilt binary: ${pair.why}` : undefined;
  }
  if (rule === TOOL_STORE_RULE) {
    const file = alert.output_fields['fd.name'] ?? '';
    const store = known.stores.find(
      ({ folder, packages }) => includes(packages) && isWithin(resolve(HOME, folder), file),
    );
    return store && `${store.folder} is where ${name} keeps what it runs later`;
  }
  // The check phase installs and loads, too.
  const phases: readonly Finding['phase'][] = phase === 'check' ? ['install', 'import'] : [phase];
  const reads = known.reads.find((entry) => {
    return entry.rule === rule && phases.includes(entry.phase) && includes(entry.packages);
  });
  return reads && `${name} looks for its configuration when it is loaded: ${reads.why}`;
}
