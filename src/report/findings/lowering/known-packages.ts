import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path/posix';
import { parse } from 'yaml';
import { z } from 'zod';
import { HOME } from '../../../ecosystems/places.js';
import { isWithin } from '../../evidence/touched-files.js';
import type { Finding, PackageRef } from '../../finding.js';
import { PERMITTED_CONTACT_RULE, REFUSED_EGRESS_RULE } from '../detections/egress-findings.js';
import { NEW_CODE_RULE } from '../detections/foreign-write.js';
import { TOOL_STORE_RULE } from '../detections/tool-stores.js';

const names = z.array(z.string().min(1)).min(1);
/** Why the entry is needed in addition to the measured behaviour (`behaviours/`). */
const why = z.string().min(1);
const schema = z
  .strictObject({
    prebuilt: z.array(z.strictObject({ hosts: names, packages: names, why })),
    /** Folders, absolute or below HOME, and the packages that they belong to. */
    stores: z.array(z.strictObject({ folder: z.string().min(1), packages: names })),
    /** Packages whose scripts generate code in the project: the files below it, by their endings. */
    generates: z.array(z.strictObject({ packages: names, endings: names, why })),
    reads: z.array(z.strictObject({ rule: z.string(), packages: names, phase: z.enum(['install', 'import']), why })),
  })
  .readonly();

/** `rules/packages/known.yaml`: behaviour that is honest for certain packages and can't be measured. */
export type KnownPackages = z.infer<typeof schema>;

/** A list without entries. */
export const NOTHING_KNOWN: KnownPackages = Object.freeze({ prebuilt: [], stores: [], generates: [], reads: [] });

/** @throws when the file can't be read or does not match the schema */
export async function readKnownPackages(file: string): Promise<KnownPackages> {
  return schema.parse(parse(await readFile(file, 'utf8')));
}

/**
 * Turns a finding into an observation if it is known to be honest for its package, and says why; any other finding is returned as
 * it is. `isFromRegistry`: whether a registry delivered the package under its name, so that no other package can pretend to have
 * that name.
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
    // Downloading a prebuilt binary does not require sending anything about the sandbox, and others have space on the same hosts.
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
  if (rule === NEW_CODE_RULE) {
    const file = alert.output_fields['fd.name'] ?? '';
    const generates = known.generates.find(
      ({ packages, endings }) => includes(packages) && endings.some((ending) => file.endsWith(ending)),
    );
    return generates && `${name} generates code in the project: ${generates.why}`;
  }
  // The check phase both installs and loads packages.
  const phases: readonly Finding['phase'][] = phase === 'check' ? ['install', 'import'] : [phase];
  const reads = known.reads.find((entry) => {
    return entry.rule === rule && phases.includes(entry.phase) && includes(entry.packages);
  });
  return reads && `${name} looks for its configuration when it is loaded: ${reads.why}`;
}
