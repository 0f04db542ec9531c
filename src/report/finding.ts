import { z } from 'zod';
import { guiseSchema } from './guise.js';

const priority = z.enum(['EMERGENCY', 'ALERT', 'CRITICAL', 'ERROR', 'WARNING', 'NOTICE', 'INFORMATIONAL', 'DEBUG']);

/**
 * An alert in the format of Package Hunter's clients: the decoded gRPC message
 * (https://gitlab.com/gitlab-org/security-products/package-hunter).
 */
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
  /** The name under which the package was delivered, e.g. the registry's name for it. */
  name: z.string(),
  version: z.string(),
  path: z.array(z.string()),
  /** The name in the package's own manifest, if it is a different one. */
  calledItself: z.string().optional(),
});
/** A package, and the chain of packages through which the project depends on it, from the project's root. */
export type PackageRef = z.infer<typeof packageRef>;

export const processRef = z.object({ pid: z.number().int(), cmdline: z.string(), cwd: z.string() });

const findingPart = z.object({ rule: z.string(), first: z.iso.datetime(), subject: z.string() });
/** One part of a correlated finding. The part is also listed as a finding or observation of its own, with the same rule and time. */
export type FindingPart = z.infer<typeof findingPart>;

const findingPlace = z.object({
  /** What was touched: a file, a network peer or a host. Empty if only the command says what happened. */
  subject: z.string(),
  /** Further files that the alert names, e.g. where a file was moved to or where a link leads. Absent if there are none. */
  others: z.array(z.string()).optional(),
  command: z.string(),
  decoy: z.string().nullable(),
  count: z.number().int().positive(),
  first: z.iso.datetime(),
});
/** One of the places at which a package triggered the same rule. */
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
  /** The planted fake credential that was touched, e.g. `SSH key`. */
  decoy: z.string().nullable(),
  /** The package in whose script step or load this happened, if another package's code caused it. */
  ranBy: packageRef.optional(),
  /** Other packages that may have caused it instead: their code ran in the same process, or they had connected to its debugger. */
  orBy: z.array(packageRef).optional(),
  /**
   * The packages of which one caused this, the most likely one first. They were loaded in one process, and none of them did it
   * when it was loaded alone. Absent if the package is known.
   */
  among: z.array(z.string()).optional(),
  /** The kind of machine and the date that the sandbox presented, if they differ from the first pass. */
  guise: guiseSchema.optional(),
  /** The process that caused this, followed by its ancestors up to the one that the sandbox started. */
  processes: z.array(processRef),
  /**
   * The places in the order of time, if there is more than one. `count`, `last`, `decoy` and `orBy` then cover all places, and
   * the other members describe the first one.
   */
  places: z.array(findingPlace).optional(),
  /** For a correlated finding: the findings and observations that it combines, in the order of time. */
  parts: z.array(findingPart).optional(),
  /** Why the priority is lower than that of the rule: the behaviour is known to be honest in this case. */
  known: z.string().optional(),
  /**
   * Set if `known` is derived from what else the package did, not from a list that names the package. If the behaviour is new in
   * a changed package (`whatChanged`), the finding keeps the priority of its rule.
   */
  weighed: z.literal(true).optional(),
  /**
   * Why this keeps the priority of its rule although it would normally be an observation: an earlier version of the package did
   * not do it.
   */
  begun: z.string().optional(),
  /** Set if no version of this package did this in the report that this one was compared with (`whatChanged`). */
  isNew: z.literal(true).optional(),
  /**
   * How common the behaviour is, for a package that was measured to show exactly this: since which version (`since`), and how
   * many (`packages`) of all measured packages (`of`) do something similar. Absent if it was not measured.
   */
  measured: z.object({ since: z.string(), packages: z.number().int(), of: z.number().int() }).optional(),
  /**
   * Set if a baseline accepts this, the service's or the project's own: it is then listed with the observations, whatever its
   * priority. Older reports have no `by`; their baseline was the service's.
   */
  accepted: z
    .object({ by: z.enum(['service', 'project']).optional(), reason: z.string(), expires: z.iso.date() })
    .optional(),
  alert: legacyAlertSchema,
});
/** What one package did against one rule in one phase, with repetitions and places folded into one entry. */
export type Finding = z.infer<typeof findingSchema>;
