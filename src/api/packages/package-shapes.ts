import { z } from 'zod';

const action = z.object({
  /** In words: `reads cloud credentials (install)`. */
  does: z.string(),
  kind: z.enum(['rule', 'script', 'host', 'program', 'files']),
  /** The name of the rule, host, program or script. */
  what: z.string(),
  /** The kind of place that was accessed; empty when there is none. */
  where: z.string(),
  phase: z.string(),
  /** In how many of the version's jobs it was seen, and in which one last. */
  jobs: z.number().int(),
  lastJob: z.string(),
  /** Whether no other known version did it. */
  onlyHere: z.boolean(),
});
export type PackageActionRow = z.infer<typeof action>;

const job = z.object({
  job: z.string(),
  submittedAt: z.iso.datetime(),
  project: z.object({ id: z.string().nullable(), name: z.string() }).nullable(),
  ref: z.string().nullable(),
  /** The verdict on the whole job, which may be another package's fault. */
  verdict: z.enum(['clean', 'findings', 'incomplete']).nullable(),
  /** How many behaviours of this version were seen in the job. */
  actions: z.number().int(),
});

const version = z.object({
  version: z.string(),
  firstSeen: z.iso.datetime(),
  lastSeen: z.iso.datetime(),
  actions: z.array(action),
  /** Newest first. */
  jobs: z.array(job),
});
export type PackageVersion = z.infer<typeof version>;

/** A package: its versions, the most recently seen first, and what each did, in jobs that the reader may read. */
export const packageDetailsSchema = z.object({
  name: z.string(),
  versions: z.array(version),
  /** Whether older jobs with the package may be missing: only the newest are kept for each package. */
  isCut: z.boolean(),
});
export type PackageDetails = z.infer<typeof packageDetailsSchema>;
