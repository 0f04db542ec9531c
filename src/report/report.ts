import { z } from 'zod';
import { ORIGINS } from '../ecosystems/installed-package.js';
import { EGRESS_MODES } from '../egress/mode.js';
import { whatChangedSchema } from './compare/what-changed.js';
import { egressPolicySchema, egressRequest, unreadContact } from './evidence/egress-schema.js';
import { guiseSchema } from './guise.js';

/** Why a report cannot vouch for the run. `unwatched`: the sensor could have missed something; `unfinished`: it did not run to its end. */
export const INCOMPLETE_CODES = {
  'sensor-unavailable': 'unwatched',
  'sensor-lost': 'unwatched',
  'events-dropped': 'unwatched',
  'no-opening-canary': 'unwatched',
  'no-closing-canary': 'unwatched',
  'alerts-overflowed': 'unwatched',
  'witness-lost': 'unwatched',
  'scripts-not-run': 'unwatched',
  'nothing-installed': 'unwatched',
  'other-runtime': 'unfinished',
  // What was missed is a finding itself: the witness saw it.
  'alerts-missed': 'unfinished',
  'comparison-failed': 'unfinished',
  'bodies-unread': 'unfinished',
  'registry-unavailable': 'unfinished',
  'fetch-failed': 'unfinished',
  'fetch-timeout': 'unfinished',
  'install-failed': 'unfinished',
  'install-timeout': 'unfinished',
  'import-timeout': 'unfinished',
  'import-failed': 'unfinished',
  'unpack-failed': 'unfinished',
  'run-failed': 'unfinished',
  'run-timeout': 'unfinished',
  'sandbox-failed': 'unfinished',
  'docker-overloaded': 'unfinished',
  'host-unprotected': 'unfinished',
  'worker-lost': 'unfinished',
  'queue-timeout': 'unfinished',
  cancelled: 'unfinished',
} as const satisfies Record<string, 'unwatched' | 'unfinished'>;

export type IncompleteCode = keyof typeof INCOMPLETE_CODES;

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

const packageRef = z.object({
  /** The name under which it was delivered. */
  name: z.string(),
  version: z.string(),
  path: z.array(z.string()),
  /** What its own manifest calls it, where that is another name. */
  calledItself: z.string().optional(),
});
/** A package and the chain of packages, from the project's root, that pulls it in. */
export type PackageRef = z.infer<typeof packageRef>;

const processRef = z.object({ pid: z.number().int(), cmdline: z.string(), cwd: z.string() });

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

const findingSchema = z.object({
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

const loadedPackage = z.object({
  name: z.string(),
  version: z.string(),
  /** Whether require or import of the package itself worked. */
  ok: z.boolean(),
  ms: z.number(),
  /** Why it could not be loaded, in its own words. */
  error: z.string().optional(),
  /** Built-ins that were others after it was loaded, e.g. `fetch`. Absent where there are none. */
  replaced: z.array(z.string()).optional(),
  /** Subpaths of its `exports`, and tools asked for `--help`, that failed. */
  failed: z.array(z.string()).optional(),
});
/** How one package was loaded. */
export type LoadedPackage = z.infer<typeof loadedPackage>;

const loadPart = z.object({
  /**
   * `alone`: each package in a process of its own; `together`: the others, many to a process; `again`: alone, those that did not come to
   * their end with others or in whose process something was seen; `scripts`: the scripts of those packages once more.
   */
  name: z.enum(['alone', 'together', 'again', 'scripts']),
  durationMs: z.number(),
  packages: z.number().int(),
});
/** A part of a phase that loads packages, and what it cost. */
export type LoadPart = z.infer<typeof loadPart>;

/** `pid` in the host's numbering, as in Falco's `proc.pid`. */
const runningProcess = z.object({ pid: z.number().int(), cmdline: z.string() });
export type RunningProcess = z.infer<typeof runningProcess>;

const scriptStep = z.object({
  /** `name@version` */
  package: z.string(),
  /** Folder relative to the project's root; `.` is the project itself. */
  path: z.string(),
  scripts: z.array(z.string()),
  exitCode: z.number().int().nullable(),
  timedOut: z.boolean(),
  durationMs: z.number(),
  /** Where it did not end well: how, with the end of its own output. */
  error: z.string().optional(),
});
/** How the lifecycle scripts of one package went. */
export type ScriptStep = z.infer<typeof scriptStep>;

const phaseSchema = z.object({
  /**
   * `fetch`: the package manager brings everything into place and no script runs. `check`: packages with scripts are loaded before
   * any script has run, where the job asks which of them are needed. `install`: the lifecycle scripts run. In reports of before
   * `fetch` was a phase of its own, `install` is both. `execute`: what packages export is called. `later`: scripts run and packages are loaded once more, on another CI's machine
   * and with the clock moved ahead. `run`: scripts of the project that the job asks for.
   */
  name: z.enum(['fetch', 'install', 'import', 'check', 'execute', 'later', 'run']),
  command: z.string(),
  exitCode: z.number().int().nullable(),
  /** Absent in reports of before it was recorded. */
  startedAt: z.iso.datetime().optional(),
  durationMs: z.number(),
  timedOut: z.boolean(),
  /** Of the fetch: how many packages it left in the dependency folders. Absent in reports of before it was counted. */
  installed: z.number().int().optional(),
  /** Of the fetch: the project's own code that the package manager runs on the way, e.g. `.pnpmfile.cjs`. */
  projectCode: z.array(z.string()).optional(),
  /** What the import and check phases loaded, each in a process of its own. */
  loaded: z.array(loadedPackage).optional(),
  /** Of the import and the later pass: its parts in time. Absent in reports of before everything was loaded. */
  parts: z.array(loadPart).optional(),
  /** What still ran when the phase was over and had been watched for a while longer. */
  leftRunning: z.array(runningProcess).optional(),
  /** Of the install and the run: the scripts of each package, in the order in which they ran. */
  steps: z.array(scriptStep).optional(),
  scripts: z.object({ declared: z.number().int(), ran: z.number().int() }).optional(),
});
export type Phase = z.infer<typeof phaseSchema>;

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
