import { z } from 'zod';

const change = z.object({
  name: z.string(),
  /** The versions before, none where it is new. */
  from: z.array(z.string()),
  /** The versions now, none where it is gone. */
  to: z.array(z.string()),
  /** What it does that it did not do before, in words: `reads cloud credentials (install)`. The first few. */
  news: z.array(z.string()),
  /** Whether a version that was there before has another content now. */
  otherContent: z.boolean(),
});
/** One package that changed, or does something new. */
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

/** What a report says first: how the project's packages differ from an earlier report. Not part of reports of before it was said. */
export const whatChangedSchema = z.object({
  /** The first line: `2 packages changed, 1 does something new: evil@1.0.1 now reads cloud credentials (install)`. */
  headline: z.string(),
  /** False: nothing can be said, and `reason` tells why. Every finding then counts as new. */
  compared: z.boolean(),
  reason: z.object({ code: z.enum(NOT_COMPARED), message: z.string() }).nullable(),
  /** The job that it was compared with. */
  against: z.object({ job: z.string(), submittedAt: z.iso.datetime() }).nullable(),
  /** Where the project's runs are; null where none is known. */
  project: z
    .object({ id: z.string(), name: z.string(), line: z.enum(['default', 'other', 'none']), lineReason: z.string() })
    .nullable(),
  /** How many there are of each; the lists hold the first of them, those that do something new before the others. */
  counts: z.object({
    added: z.number().int(),
    removed: z.number().int(),
    changed: z.number().int(),
    news: z.number().int(),
  }),
  added: z.array(change),
  removed: z.array(change),
  changed: z.array(change),
  /** Packages whose version is the one of before, and which do something new. */
  unchanged: z.array(change),
  /** What could not be compared all the same. */
  notes: z.array(z.string()),
});
export type WhatChanged = z.infer<typeof whatChangedSchema>;
