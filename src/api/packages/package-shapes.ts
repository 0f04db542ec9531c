import { z } from 'zod';

const deed = z.object({
  /** In words: `reads cloud credentials (install)`. */
  does: z.string(),
  kind: z.enum(['rule', 'script', 'host', 'program', 'files']),
  /** The rule's name, the host, the program's or the script's. */
  what: z.string(),
  /** The kind of place it was about; empty where there is none. */
  where: z.string(),
  phase: z.string(),
  /** In how many of the version's jobs it was seen, and in which last. */
  jobs: z.number().int(),
  lastJob: z.string(),
  /** No other version that was seen did it. */
  onlyHere: z.boolean(),
});
export type PackageDeedRow = z.infer<typeof deed>;

const job = z.object({
  job: z.string(),
  submittedAt: z.iso.datetime(),
  project: z.object({ id: z.string().nullable(), name: z.string() }).nullable(),
  ref: z.string().nullable(),
  /** The whole job's, whoever's doing it was. */
  verdict: z.enum(['clean', 'findings', 'incomplete']).nullable(),
  /** How many things of this version were seen there. */
  deeds: z.number().int(),
});

const version = z.object({
  version: z.string(),
  firstSeen: z.iso.datetime(),
  lastSeen: z.iso.datetime(),
  deeds: z.array(deed),
  /** Newest first. */
  jobs: z.array(job),
});
export type PackageVersion = z.infer<typeof version>;

/** A package: its versions, that which was seen last first, and what each did, in jobs that the reader may read. */
export const packageDetailsSchema = z.object({
  name: z.string(),
  versions: z.array(version),
  /** Whether older jobs with it may have been let go: only so many are kept of one package. */
  isCut: z.boolean(),
});
export type PackageDetails = z.infer<typeof packageDetailsSchema>;
