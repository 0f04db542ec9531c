import { readFile } from 'node:fs/promises';
import semver from 'semver';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Finding } from './report.js';
import { subjectOf } from './subject.js';

const acceptance = z.strictObject({
  rule: z.string().min(1),
  package: z.string().min(1),
  /** A range as npm understands it, e.g. `^1.2.0`. A package without a version can't be accepted. */
  version: z.string().refine((range) => semver.validRange(range) !== null, 'is not a version range'),
  /** What the finding is about must begin with this: a path, a host. Without it, any. */
  detail: z.string().min(1).optional(),
  reason: z.string().min(1),
  /** The last day on which it counts (UTC). */
  expires: z.iso.date(),
});
export type Acceptance = z.infer<typeof acceptance>;

const schema = z.strictObject({ accept: z.array(acceptance) });

/** The findings that this service's owners have looked at and accepted: `packwarden.yaml`. */
export type Baseline = readonly Acceptance[];

/** The baseline can't be used; the message names the file and what is wrong with it. */
export class BaselineError extends Error {
  readonly code = 'baseline';
  constructor(file: string, cause: unknown) {
    const reason =
      cause instanceof z.ZodError ? z.prettifyError(cause) : cause instanceof Error ? cause.message : cause;
    super(`the baseline ${file} can't be used: ${reason}`, { cause });
    this.name = 'BaselineError';
  }
}

/** @throws BaselineError when the file can't be read, or an entry is not what the schema says */
export async function readBaseline(file: string): Promise<Baseline> {
  try {
    return schema.parse(parse(await readFile(file, 'utf8'), { schema: 'failsafe' })).accept;
  } catch (cause) {
    throw new BaselineError(file, cause);
  }
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
 * A correlated finding is accepted by its own rule name, not with its parts.
 */
export function markAccepted(finding: Finding, baseline: Baseline, now: number): Finding {
  const entry = baseline.find((candidate) => isInForce(candidate, now) && covers(candidate, finding));
  return entry === undefined ? finding : { ...finding, accepted: { reason: entry.reason, expires: entry.expires } };
}
