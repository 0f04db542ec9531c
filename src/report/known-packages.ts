import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { REFUSED_EGRESS_RULE } from './egress-findings.js';
import type { Finding, PackageRef } from './report.js';

const names = z.array(z.string().min(1)).min(1);
const schema = z
  .strictObject({
    prebuilt: z.array(z.strictObject({ hosts: names, packages: names, why: z.string().optional() })),
    reads: z.array(z.strictObject({ rule: z.string(), packages: names, phase: z.enum(['install', 'import']) })),
  })
  .readonly();

/** `rules/packages/known.yaml`: what is honest of single packages. */
export type KnownPackages = z.infer<typeof schema>;

/** Where nothing is known. */
export const NOTHING_KNOWN: KnownPackages = Object.freeze({ prebuilt: [], reads: [] });

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
  if (rule === REFUSED_EGRESS_RULE) {
    const { 'egress.host': host = '', 'egress.port': port = '443' } = alert.output_fields;
    const pair = known.prebuilt.find(({ hosts, packages }) => hosts.includes(host) && includes(packages));
    return pair && port === '443' ? (pair.why ?? `${name} asks ${host} for a prebuilt binary`) : undefined;
  }
  // The check phase installs and loads, too.
  const phases: readonly Finding['phase'][] = phase === 'check' ? ['install', 'import'] : [phase];
  const reads = known.reads.find((entry) => {
    return entry.rule === rule && phases.includes(entry.phase) && includes(entry.packages);
  });
  return reads && `${name} looks for its configuration when it is loaded`;
}
