import { z } from 'zod';
import { ORIGINS } from '../ecosystems/installed-package.js';
import { EGRESS_MODES } from '../egress/mode.js';
import { whatChangedSchema } from './compare/what-changed.js';
import { egressPolicySchema, egressRequest, unreadContact } from './evidence/egress-schema.js';
import { findingSchema, packageRef, processRef } from './finding.js';
import { phaseSchema } from './phase.js';

const processRowSchema = z.object({
  pid: z.number().int(),
  ppid: z.number().int(),
  at: z.iso.datetime(),
  cmdline: z.string(),
  cwd: z.string(),
  /** The dependency whose script or import started it, as `name@version`; null for the package manager's own. */
  package: z.string().nullable(),
});
/** One program start in the sandbox. */
export type ProcessRow = z.infer<typeof processRowSchema>;

const dependsOn = z.array(z.number().int().nonnegative()).optional();

const installedRow = z.object({
  name: z.string(),
  calledItself: z.string().optional(),
  version: z.string(),
  /** Relative to the project's root. */
  folder: z.string(),
  from: z.enum(ORIGINS),
  resolved: z.string().nullable(),
  integrity: z.string().nullable(),
  /** Where in `installed`, from 0, the packages stand that its dependencies lead to. Absent in reports of before it was kept. */
  dependsOn,
});
/** One package that was fetched, and where it came from. */
export type InstalledRow = z.infer<typeof installedRow>;

/** The full report of a job, as `GET /v1/jobs/:id` gives it. */
export const reportSchema = z.object({
  /** What is new against an earlier report of the project. Absent in reports of before it was said. */
  whatChanged: whatChangedSchema.optional(),
  id: z.uuid(),
  status: z.enum(['finished', 'incomplete']),
  verdict: z.enum(['clean', 'findings', 'incomplete']),
  ecosystem: z.string(),
  /** The package manager that ran, why it was this one, and what of the project's configuration was left out for it. */
  manager: z
    .object({
      name: z.string(),
      version: z.string(),
      reason: z.string(),
      leftOut: z.array(z.string()),
      /** The file of the project's root, lock file or manifest, that decided what was installed. Absent in reports of before it was kept. */
      decidedBy: z.string().optional(),
    })
    .nullable(),
  submittedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  phases: z.array(phaseSchema),
  monitoring: z.object({
    proven: z.boolean(),
    source: z.string(),
    openingCanaryMs: z.number().nullable(),
    closingCanaryMs: z.number().nullable(),
    drops: z.number().int(),
    /**
     * The worker's own witness, which sees the decoys without the alert source; `reason` says why it could not watch. Absent in
     * reports of before there was one.
     */
    witness: z.object({ state: z.enum(['watching', 'unavailable']), reason: z.string().nullable() }).optional(),
  }),
  findings: z.array(findingSchema),
  /** Like findings, but below the priority that decides the verdict. */
  observations: z.array(findingSchema),
  /** What the job was let reach; null when no sandbox was made. */
  egressMode: z.enum(EGRESS_MODES).nullable(),
  /** What was tried to reach, folded over equal attempts. */
  egress: z.array(
    z.object({
      /** As it was asked for; an address where it was tried directly. */
      host: z.string(),
      /** Null for a DNS question. */
      port: z.number().int().nullable(),
      /**
       * `transparent`: by the name's own address, where the gateway answered; `direct`: past the gateway, which the sensor saw and the network
       * refused.
       */
      via: z.enum(['proxy', 'dns', 'transparent', 'direct']),
      allowed: z.boolean(),
      count: z.number().int(),
      bytesSent: z.number().int(),
      bytesReceived: z.number().int(),
      first: z.iso.datetime(),
      last: z.iso.datetime(),
      /** The process that asked first, where it is known. */
      process: processRef.nullable(),
      package: packageRef.nullable(),
      /** What of the sandbox itself is in the host's name. Absent where nothing is. */
      tells: z.array(z.string()).optional(),
      /** What was sent, in the program's own words, the first few. Absent where nothing is told, and in reports of before it was read. */
      requests: z.array(egressRequest).optional(),
      /** Further requests, which are not told one by one. */
      requestsLeft: z.number().int().optional(),
      /** Connections of which nothing, or not all, could be read. Absent where there are none. */
      unread: z.array(unreadContact).optional(),
    }),
  ),
  /** The hosts that the honest part of the run needed. Absent in reports of before it was made. */
  egressPolicy: egressPolicySchema.optional(),
  packages: z.array(
    z.object({
      name: z.string(),
      version: z.string(),
      scripts: z.array(z.string()),
      ran: z.boolean(),
      /** Whether one of them ended with an error: of an optional dependency the install goes on without it. Absent where none did. */
      failed: z.literal(true).optional(),
      /** What the package manager was seen to start for it, the first few. */
      commands: z.array(z.string()),
      /** Files of the project that it was seen to write. Absent in reports of before it was counted. */
      wrote: z.number().int().optional(),
      findings: z.number().int(),
      /** Whether it can't be loaded without its scripts; null where that was not asked, or can't be told. Absent in reports of before. */
      needed: z.boolean().nullable().optional(),
      /** Why `allowScripts` does not recommend them. Absent where nothing of the package itself speaks against it, and in reports of before. */
      notRecommended: z.string().optional(),
    }),
  ),
  /** Everything that was fetched, before any code of it ran; the project itself is not part of it. Absent in reports of before it was kept. */
  installed: z.array(installedRow).optional(),
  /** The project, as its manifest calls it. Absent where no package was listed, and in reports of before it was kept. */
  project: z.object({ name: z.string(), version: z.string(), dependsOn }).optional(),
  /** Where the package manager's own record of the install and the disk disagree. */
  disagreements: z.array(z.string()).optional(),
  /**
   * The file of the archive that decided what was installed, without its folder, and the lines that name the packages of the
   * findings: `name@version` → line, from 1. Absent where there are none, and in reports of before.
   */
  lockFile: z.object({ file: z.string(), lines: z.record(z.string(), z.number().int().positive()) }).optional(),
  /** What came of the project's own `packwarden.yaml`: why it is not used, or how many findings it accepted and may not accept. */
  projectBaseline: z
    .object({ problem: z.string().nullable(), accepted: z.number().int(), refused: z.number().int() })
    .optional(),
  /** Present where the job asked which scripts are needed; `problem` says why it can't be told of any, or of all. */
  scriptCheck: z.object({ problem: z.string().nullable() }).optional(),
  allowScripts: z.object({
    recommended: z.array(z.string()),
    refused: z.array(z.string()),
    /** They ran clean, but the package can be loaded without, and they left nothing behind. Absent where that was not asked. */
    unneeded: z.array(z.string()).optional(),
  }),
  incomplete: z.array(z.object({ code: z.string(), message: z.string() })),
  /** The programs that were started, the telling ones first where there are too many. Absent in reports of before. */
  processes: z.object({ total: z.number().int(), rows: z.array(processRowSchema) }).optional(),
  /** Packwarden's version, its rules and its sensor, as one word: reports of others can't be compared. Absent in reports of before it was kept. */
  judgedBy: z.string().optional(),
  /** The last 64 KiB of what install and import printed. */
  log: z.string(),
});
/** The full report of one job, as `GET /v1/jobs/:id` serves it. */
export type Report = z.infer<typeof reportSchema>;
