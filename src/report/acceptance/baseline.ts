import { readFile } from 'node:fs/promises';
import semver from 'semver';
import { z } from 'zod';
import { messageOf } from '../../errors/message.js';
import { isAtLeast } from '../../falco/alert.js';
import type { Finding } from '../finding.js';
import { subjectOf } from '../findings/subject.js';
import { parseUntrustedYaml } from './untrusted-yaml.js';

const acceptance = z.strictObject({
  rule: z.string().min(1),
  package: z.string().min(1),
  /** A range in npm's syntax, e.g. `^1.2.0`. A finding by a package without a version can't be accepted. */
  version: z
    .string()
    .max(200)
    .refine((range) => semver.validRange(range) !== null, 'is not a version range'),
  /** What the finding's subject (a path, a host) must begin with; absent, the entry accepts any subject. */
  detail: z.string().min(1).optional(),
  reason: z.string().trim().min(1).max(1000),
  /** The last day on which the entry is valid (UTC). */
  expires: z.iso.date(),
});
export type Acceptance = z.infer<typeof acceptance>;

const schema = z.strictObject({ accept: z.array(acceptance) });

/** Findings that somebody has reviewed and accepted: the content of a `packwarden.yaml`. */
export type Baseline = readonly Acceptance[];

/** The baseline can't be used; the message names the file and the problem. */
export class BaselineError extends Error {
  readonly code = 'baseline';
  constructor(file: string, reason: string, cause: unknown) {
    super(`the baseline ${file} can't be used: ${reason}`, { cause });
    this.name = 'BaselineError';
  }
}

/** @throws BaselineError when the file can't be read, or an entry does not match the schema */
export async function readBaseline(file: string): Promise<Baseline> {
  try {
    return parseBaseline(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new BaselineError(file, reasonOf(cause), cause);
  }
}

/** @throws Error of the YAML reader, or ZodError: see `reasonOf` */
export function parseBaseline(text: string): Baseline {
  return schema.parse(parseUntrustedYaml(text)).accept;
}

/** Why a baseline could not be parsed, in words. */
export function reasonOf(cause: unknown): string {
  if (cause instanceof z.ZodError) return z.prettifyError(cause);
  return messageOf(cause);
}

function isInForce({ expires }: Acceptance, now: number): boolean {
  return now < Date.parse(`${expires}T00:00:00Z`) + 86_400_000;
}

function covers(entry: Acceptance, finding: Finding): boolean {
  const by = finding.package;
  if (by === null || entry.rule !== finding.rule || entry.package !== by.name) return false;
  if (!semver.satisfies(by.version, entry.version, { includePrerelease: true })) return false;
  return entry.detail === undefined || subjectOf(finding).startsWith(entry.detail);
}

/**
 * Marks an accepted finding. Nothing is hidden: the finding stays in the report, with the reason, but no longer decides the
 * verdict. A correlated finding is accepted by its own rule name, not by those of its parts. The service's baseline can accept
 * any finding; that of the uploaded project (`project`) only those for which `mayProjectAccept` is true.
 */
export function markAccepted(finding: Finding, service: Baseline, now: number, project: Baseline = []): Finding {
  const byService = entryFor(finding, service, now);
  const entry = byService ?? (mayProjectAccept(finding) ? entryFor(finding, project, now) : undefined);
  if (entry === undefined) return finding;
  const by = entry === byService ? 'service' : 'project';
  return { ...finding, accepted: { by, reason: entry.reason, expires: entry.expires } };
}

/** Whether the project's baseline names a finding that it may not accept. */
export function isOverreach(finding: Finding, project: Baseline, now: number): boolean {
  if (finding.accepted !== undefined || mayProjectAccept(finding)) return false;
  return entryFor(finding, project, now) !== undefined;
}

/** No honest package causes a CRITICAL finding, and a change that introduces one could also bring along the file that accepts it. */
export function mayProjectAccept({ priority }: Finding): boolean {
  return !isAtLeast(priority, 'CRITICAL');
}

function entryFor(finding: Finding, baseline: Baseline, now: number): Acceptance | undefined {
  return baseline.find((candidate) => isInForce(candidate, now) && covers(candidate, finding));
}
