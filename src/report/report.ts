import { z } from 'zod';
import { ORIGINS } from '../ecosystems/installed-package.js';
import { EGRESS_MODES } from '../egress/mode.js';
import { whatChangedSchema } from './compare/what-changed.js';
import { egressPolicySchema, egressRequest, unreadContact } from './evidence/egress/egress-schema.js';
import { findingSchema, packageRef, processRef } from './finding.js';
import { phaseSchema } from './phase.js';

const processRowSchema = z.object({
  pid: z.number().int(),
  ppid: z.number().int(),
  at: z.iso.datetime(),
  cmdline: z.string(),
  cwd: z.string(),
  /** The dependency whose script or load started it, as `name@version`; null for the package manager's and the project's own programs. */
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
  /** The packages that its dependencies resolve to, as positions in `installed`, counted from 0. Absent in older reports. */
  dependsOn,
});
/** One package that was fetched, and where it came from. */
export type InstalledRow = z.infer<typeof installedRow>;

/** The full report of a job, as `GET /v1/jobs/:id` serves it. */
export const reportSchema = z.object({
  /** What is new compared with an earlier report of the project. Absent in older reports. */
  whatChanged: whatChangedSchema.optional(),
  id: z.uuid(),
  status: z.enum(['finished', 'incomplete']),
  verdict: z.enum(['clean', 'findings', 'incomplete']),
  ecosystem: z.string(),
  /** The package manager that ran, why this one was chosen, and which parts of the project's configuration were left out for it. */
  manager: z
    .object({
      name: z.string(),
      version: z.string(),
      reason: z.string(),
      leftOut: z.array(z.string()),
      /** The file in the project's root, lock file or manifest, that determined what was installed. Absent in older reports. */
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
     * The worker's own witness, which watches the decoys independently of the alert source; `reason` says why it could not watch.
     * Absent in older reports.
     */
    witness: z.object({ state: z.enum(['watching', 'unavailable']), reason: z.string().nullable() }).optional(),
  }),
  findings: z.array(findingSchema),
  /** Like findings, but below the priority that decides the verdict, or accepted by a baseline. */
  observations: z.array(findingSchema),
  /** Which hosts the job was allowed to reach; null if no sandbox was made. */
  egressMode: z.enum(EGRESS_MODES).nullable(),
  /** The hosts that packages tried to reach, with equal attempts folded into one entry. */
  egress: z.array(
    z.object({
      /** The host as the program named it; an IP address if that was contacted directly. */
      host: z.string(),
      /** Null for a DNS query. */
      port: z.number().int().nullable(),
      /**
       * `proxy`: through the gateway's proxy; `dns`: a DNS query; `transparent`: to the address that the gateway's DNS gave for
       * the name, where the gateway answered itself; `direct`: past the gateway, which the sensor observed and the network
       * refused.
       */
      via: z.enum(['proxy', 'dns', 'transparent', 'direct']),
      allowed: z.boolean(),
      count: z.number().int(),
      bytesSent: z.number().int(),
      bytesReceived: z.number().int(),
      first: z.iso.datetime(),
      last: z.iso.datetime(),
      /** The process that asked first, if known. */
      process: processRef.nullable(),
      package: packageRef.nullable(),
      /** What the host's name reveals about the sandbox itself. Absent if nothing. */
      tells: z.array(z.string()).optional(),
      /** The first few requests, as the program sent them. Absent if none are known, and in older reports. */
      requests: z.array(egressRequest).optional(),
      /** How many further requests there were that are not listed. */
      requestsLeft: z.number().int().optional(),
      /** Connections whose content could not be read, or not completely. Absent if there are none. */
      unread: z.array(unreadContact).optional(),
    }),
  ),
  /** The hosts that the honest part of the run needed. Absent in older reports. */
  egressPolicy: egressPolicySchema.optional(),
  packages: z.array(
    z.object({
      name: z.string(),
      version: z.string(),
      scripts: z.array(z.string()),
      ran: z.boolean(),
      /** Set if a script of the package ended with an error. If the package is an optional dependency, the install continues without it. */
      failed: z.literal(true).optional(),
      /** The first few commands that the package manager was seen to start for it. */
      commands: z.array(z.string()),
      /** How many files of the project the package was seen to write. Absent in older reports. */
      wrote: z.number().int().optional(),
      findings: z.number().int(),
      /**
       * Whether it can't be loaded without its scripts; null if the job did not ask, or if it can't be determined. Absent in
       * older reports.
       */
      needed: z.boolean().nullable().optional(),
      /**
       * Why `allowScripts` does not recommend its scripts. Absent if nothing about the package itself speaks against them, and in
       * older reports.
       */
      notRecommended: z.string().optional(),
    }),
  ),
  /** Every package that was fetched, recorded before any of their code ran, without the project itself. Absent in older reports. */
  installed: z.array(installedRow).optional(),
  /** The project, with the name and version in its manifest. Absent if no package was listed, and in older reports. */
  project: z.object({ name: z.string(), version: z.string(), dependsOn }).optional(),
  /** Where the package manager's own record of the install disagrees with what is on disk. */
  disagreements: z.array(z.string()).optional(),
  /**
   * The file of the archive that determined what was installed, without its folder, and the lines that name the packages of the
   * findings: `name@version` → line, counted from 1. Absent if there are none, and in older reports.
   */
  lockFile: z.object({ file: z.string(), lines: z.record(z.string(), z.number().int().positive()) }).optional(),
  /**
   * How the project's own `packwarden.yaml` was applied: why it is not used, or how many findings it accepted and how many it may
   * not accept.
   */
  projectBaseline: z
    .object({ problem: z.string().nullable(), accepted: z.number().int(), refused: z.number().int() })
    .optional(),
  /**
   * Present if the job asked which scripts are needed; `problem` says why this can't be determined for any package, or for some
   * of them.
   */
  scriptCheck: z.object({ problem: z.string().nullable() }).optional(),
  allowScripts: z.object({
    recommended: z.array(z.string()),
    refused: z.array(z.string()),
    /**
     * Their scripts had no findings, but the packages can be loaded without them, and they left nothing behind. Absent if the job
     * did not ask.
     */
    unneeded: z.array(z.string()).optional(),
  }),
  incomplete: z.array(z.object({ code: z.string(), message: z.string() })),
  /** The programs that were started; if there are too many, those that matter for findings are kept. Absent in older reports. */
  processes: z.object({ total: z.number().int(), rows: z.array(processRowSchema) }).optional(),
  /**
   * Packwarden's version, its rules and its sensor, in one string: reports with different ones can't be compared. Absent in older
   * reports.
   */
  judgedBy: z.string().optional(),
  /** The last 64 KiB of the output of install and import. */
  log: z.string(),
});
/** The full report of one job, as `GET /v1/jobs/:id` serves it. */
export type Report = z.infer<typeof reportSchema>;
