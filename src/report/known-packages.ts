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
 * `isNamedByOthers`: whether a package's name is more than its own word.
 */
export function lowerKnown(
  finding: Finding,
  known: KnownPackages,
  isNamedByOthers: (pkg: PackageRef) => boolean,
): Finding {
  const { package: pkg } = finding;
  if (pkg === null) return finding;
  const includes = (packages: readonly string[]): boolean =>
    packages.includes('*') || (packages.includes(pkg.name) && isNamedByOthers(pkg));
  const why = whyKnown(finding, pkg.name, known, includes);
  return why === undefined ? finding : { ...finding, priority: 'NOTICE', known: why };
}

function whyKnown(
  finding: Finding,
  name: string,
  known: KnownPackages,
  includes: (packages: readonly string[]) => boolean,
): string | undefined {
  if (finding.rule === REFUSED_EGRESS_RULE) {
    const { 'egress.host': host = '', 'egress.port': port = '443' } = finding.alert.output_fields;
    const pair = known.prebuilt.find(({ hosts, packages }) => hosts.includes(host) && includes(packages));
    return pair && port === '443' ? (pair.why ?? `${name} asks ${host} for a prebuilt binary`) : undefined;
  }
  // The check phase installs and loads, too.
  const phases: readonly Finding['phase'][] = finding.phase === 'check' ? ['install', 'import'] : [finding.phase];
  const reads = known.reads.find(({ rule, phase, packages }) => {
    return rule === finding.rule && phases.includes(phase) && includes(packages);
  });
  return reads && `${name} looks for its configuration when it is loaded`;
}
