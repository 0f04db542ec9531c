import { z } from 'zod';

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
  /** What there was no time or room for, e.g. `12 functions`. Absent where nothing was left out. */
  unreached: z.array(z.string()).optional(),
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

const notRepeated = z.object({
  /** `name@version` */
  package: z.string(),
  /** Folder relative to the project's root. */
  path: z.string(),
  why: z.string(),
});
/** A package whose scripts did not run once more in another guise. */
export type NotRepeated = z.infer<typeof notRepeated>;

export const phaseSchema = z.object({
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
  /** Of `execute`: the packages for which no time was left, as `name@version`. Absent if each had its turn. */
  notCalled: z.array(z.string()).optional(),
  /** What still ran when the phase was over and had been watched for a while longer. */
  leftRunning: z.array(runningProcess).optional(),
  /** Of the install and the run: the scripts of each package, in the order in which they ran. */
  steps: z.array(scriptStep).optional(),
  /** Of the later pass: whose scripts did not run once more. */
  notRepeated: z.array(notRepeated).optional(),
  scripts: z.object({ declared: z.number().int(), ran: z.number().int() }).optional(),
});
export type Phase = z.infer<typeof phaseSchema>;
