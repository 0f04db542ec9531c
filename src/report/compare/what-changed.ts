import { z } from 'zod';

const change = z.object({
  name: z.string(),
  /** The versions in the earlier report; empty if the package is new. */
  from: z.array(z.string()),
  /** The versions in this report; empty if the package was removed. */
  to: z.array(z.string()),
  /** The first few things that it does now but did not do before, in words: `reads cloud credentials (install)`. */
  news: z.array(z.string()),
  /** Whether a version that was installed before has different content now. */
  otherContent: z.boolean(),
});
/** One package that changed, or that does something new. */
export type PackageChange = z.infer<typeof change>;

/** Why a report was not compared. */
export const NOT_COMPARED = [
  'no-project',
  'no-earlier-report',
  'other-name',
  'other-manager',
  'other-version',
  'other-egress',
  'not-fetched',
  'too-large',
  'earlier-incomplete',
  'earlier-gone',
  'store-failed',
] as const;
export type NotCompared = (typeof NOT_COMPARED)[number];

/** How the project's packages differ from an earlier report. Reports show this first. Absent in older reports. */
export const whatChangedSchema = z.object({
  /** The first line: `2 packages changed, 1 does something new: evil@1.0.1 now reads cloud credentials (install)`. */
  headline: z.string(),
  /** If false, the reports were not compared, for the given `reason`, and every finding counts as new. */
  compared: z.boolean(),
  reason: z.object({ code: z.enum(NOT_COMPARED), message: z.string() }).nullable(),
  /** The job whose report this one was compared with. */
  against: z.object({ job: z.string(), submittedAt: z.iso.datetime() }).nullable(),
  /** The project that the job belongs to, and whether it ran on the project's default branch (`line`); null if no project is known. */
  project: z
    .object({ id: z.string(), name: z.string(), line: z.enum(['default', 'other', 'none']), lineReason: z.string() })
    .nullable(),
  /** The total number of each kind. The lists below may be cut; packages that do something new come first. */
  counts: z.object({
    added: z.number().int(),
    removed: z.number().int(),
    changed: z.number().int(),
    news: z.number().int(),
  }),
  added: z.array(change),
  removed: z.array(change),
  changed: z.array(change),
  /** Packages with the same version and content as before that do something new. */
  unchanged: z.array(change),
  /** What could not be compared although the reports were. */
  notes: z.array(z.string()),
});
export type WhatChanged = z.infer<typeof whatChangedSchema>;
