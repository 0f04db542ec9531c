import { readFile } from 'node:fs/promises';
import semver from 'semver';
import { z } from 'zod';
import { isAtLeast } from '../../falco/alert.js';
import type { Finding } from '../finding.js';
import { subjectOf } from '../findings/subject.js';
import { parseUntrustedYaml } from './untrusted-yaml.js';

const acceptance = z.strictObject({
  rule: z.string().min(1),
  package: z.string().min(1),
  /** A range as npm understands it, e.g. `^1.2.0`. A package without a version can't be accepted. */
  version: z
    .string()
    .max(200)
    .refine((range) => semver.validRange(range) !== null, 'is not a version range'),
  /** What the finding is about must begin with this: a path, a host. Without it, any. */
  detail: z.string().min(1).optional(),
  reason: z.string().trim().min(1).max(1000),
  /** The last day on which it counts (UTC). */
  expires: z.iso.date(),
});
export type Acceptance = z.infer<typeof acceptance>;

const schema = z.strictObject({ accept: z.array(acceptance) });

/** Findings that somebody has looked at and accepted: the content of a `packwarden.yaml`. */
export type Baseline = readonly Acceptance[];

/** The baseline can't be used; the message names the file and what is wrong with it. */
export class BaselineError extends Error {
  readonly code = 'baseline';
  constructor(file: string, reason: string, cause: unknown) {
    super(`the baseline ${file} can't be used: ${reason}`, { cause });
    this.name = 'BaselineError';
  }
}

/** @throws BaselineError when the file can't be read, or an entry is not what the schema says */
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
  return cause instanceof Error ? cause.message : String(cause);
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
 * Marks what is accepted. Nothing is hidden: it stays in the report with the reason, and only no longer decides the verdict.
 * A correlated finding is accepted by its own rule name, not with its parts. The service's baseline accepts any finding; the
 * uploaded project's own, `project`, none that can't be honest.
 */
export function markAccepted(finding: Finding, service: Baseline, now: number, project: Baseline = []): Finding {
  const byService = entryFor(finding, service, now);
  const entry = byService ?? (mayProjectAccept(finding) ? entryFor(finding, project, now) : undefined);
  if (entry === undefined) return finding;
  const by = entry === byService ? 'service' : 'project';
  return { ...finding, accepted: { by, reason: entry.reason, expires: entry.expires } };
}

/** Whether a project's file names a finding that stays all the same. */
export function isOverreach(finding: Finding, project: Baseline, now: number): boolean {
  if (finding.accepted !== undefined || mayProjectAccept(finding)) return false;
  return entryFor(finding, project, now) !== undefined;
}

/** CRITICAL and above is what no honest package does: a change that brings such a one may bring the file that accepts it, too. */
export function mayProjectAccept({ priority }: Finding): boolean {
  return !isAtLeast(priority, 'CRITICAL');
}

function entryFor(finding: Finding, baseline: Baseline, now: number): Acceptance | undefined {
  return baseline.find((candidate) => isInForce(candidate, now) && covers(candidate, finding));
}
