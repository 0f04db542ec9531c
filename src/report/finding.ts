import { z } from 'zod';
import { guiseSchema } from './guise.js';

const priority = z.enum(['EMERGENCY', 'ALERT', 'CRITICAL', 'ERROR', 'WARNING', 'NOTICE', 'INFORMATIONAL', 'DEBUG']);

/** An alert as Package Hunter's clients know it: the decoded gRPC message (https://gitlab.com/gitlab-org/security-products/package-hunter). */
export const legacyAlertSchema = z.object({
  output: z.string(),
  time: z.object({ seconds: z.string(), nanos: z.number().int() }),
  source: z.string(),
  hostname: z.string(),
  output_fields: z.record(z.string(), z.string()),
  priority,
  rule: z.string(),
  tags: z.array(z.string()),
});
export type LegacyAlert = z.infer<typeof legacyAlertSchema>;

export const packageRef = z.object({
  /** The name under which it was delivered. */
  name: z.string(),
  version: z.string(),
  path: z.array(z.string()),
  /** What its own manifest calls it, where that is another name. */
  calledItself: z.string().optional(),
});
/** A package and the chain of packages, from the project's root, that pulls it in. */
export type PackageRef = z.infer<typeof packageRef>;

export const processRef = z.object({ pid: z.number().int(), cmdline: z.string(), cwd: z.string() });

const findingPart = z.object({ rule: z.string(), first: z.iso.datetime(), subject: z.string() });
/** A finding that stands on its own too (same rule, same time), as a part of a correlated one. */
export type FindingPart = z.infer<typeof findingPart>;

const findingPlace = z.object({
  /** A file, a peer, a host; empty when the command says it all. */
  subject: z.string(),
  /** Further files that were named: where something was moved to, where a link leads. Absent where there are none. */
  others: z.array(z.string()).optional(),
  command: z.string(),
  decoy: z.string().nullable(),
  count: z.number().int().positive(),
  first: z.iso.datetime(),
});
/** One of the places where a package did the same. */
export type FindingPlace = z.infer<typeof findingPlace>;

export const findingSchema = z.object({
  rule: z.string(),
  priority,
  tags: z.array(z.string()),
  count: z.number().int().positive(),
  first: z.iso.datetime(),
  last: z.iso.datetime(),
  phase: z.enum(['prepare', 'fetch', 'install', 'import', 'check', 'execute', 'later', 'run', 'drain']),
  package: packageRef.nullable(),
  /** The planted fake credential that it was about, e.g. `SSH key`. */
  decoy: z.string().nullable(),
  /** Whose step it happened in, where that is another package than the one whose code did it. */
  ranBy: packageRef.optional(),
  /** Whose code ran in the same process too: it may have been theirs, which can't be told. */
  orBy: z.array(packageRef).optional(),
  /**
   * The packages one of which did it, the likeliest first, where they were loaded in one process and none did it when it was loaded
   * alone. Absent where the package is known.
   */
  among: z.array(z.string()).optional(),
  /** As whose machine and when it was done, where that was not as in the first pass. */
  guise: guiseSchema.optional(),
  /** From the process that did it up to the one the sandbox started. */
  processes: z.array(processRef),
  /** Where it happened, in time, where that is more than one place. The other members are of the first one. */
  places: z.array(findingPlace).optional(),
  /** Of a correlated finding: what it was put together from, in time. */
  parts: z.array(findingPart).optional(),
  /** Why it is judged more mildly than its rule says: a known honest doing of this package. */
  known: z.string().optional(),
  /**
   * `known` rests on what else the package did, not on a list that names the package. Where it is new in a changed package
   * (`whatChanged`) it is judged as its rule says.
   */
  weighed: z.literal(true).optional(),
  /** Why it is judged as its rule says though it would be an observation: another version of the package did not do it. */
  begun: z.string().optional(),
  /** No version of this package did it in the report that this one was compared with (`whatChanged`). */
  isNew: z.literal(true).optional(),
  /**
   * How usual it is, of a package that was measured to do just this: from which version on, and how many of how many measured packages
   * do the like. Absent where it was not measured.
   */
  measured: z.object({ since: z.string(), packages: z.number().int(), of: z.number().int() }).optional(),
  /**
   * It stands in a baseline, the service's or the project's own: listed with the observations, whatever its priority. Without
   * `by`, in reports of before, it was the service's.
   */
  accepted: z
    .object({ by: z.enum(['service', 'project']).optional(), reason: z.string(), expires: z.iso.date() })
    .optional(),
  alert: legacyAlertSchema,
});
/** What one package did against one rule in one phase, folded over its repetitions and its places. */
export type Finding = z.infer<typeof findingSchema>;
