import { z } from 'zod';

const loadedPackage = z.object({
  name: z.string(),
  version: z.string(),
  /** Whether `require` or `import` of the package itself succeeded. */
  ok: z.boolean(),
  ms: z.number(),
  /** Why it could not be loaded: the error message of the package or of the loader. */
  error: z.string().optional(),
  /** Built-ins that had been replaced once it was loaded, e.g. `fetch`. Absent if there are none. */
  replaced: z.array(z.string()).optional(),
  /** What was left out because time or space ran out, e.g. `12 functions`. Absent if nothing was left out. */
  unreached: z.array(z.string()).optional(),
  /** Subpaths of its `exports` that could not be loaded, and command line tools that failed when asked for `--help`. */
  failed: z.array(z.string()).optional(),
});
/** How the load of one package went. */
export type LoadedPackage = z.infer<typeof loadedPackage>;

const loadPart = z.object({
  /**
   * `alone`: direct dependencies and packages with scripts, each in a process of its own; `together`: all other packages (in the
   * later phase all packages), many per process; `again`: in processes of their own, packages that did not finish loading with
   * others, or that may have caused what was observed in a shared process; `scripts`: in the later phase, the lifecycle scripts,
   * run a second time.
   */
  name: z.enum(['alone', 'together', 'again', 'scripts']),
  durationMs: z.number(),
  packages: z.number().int(),
});
/** A part of a phase that loads packages, and how long it took. */
export type LoadPart = z.infer<typeof loadPart>;

/** `pid` is the number in the host's PID namespace, like Falco's `proc.pid`. */
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
  /** If it failed: how, with the end of its own output. */
  error: z.string().optional(),
});
/** How the script step of one package went, in which its lifecycle scripts run. */
export type ScriptStep = z.infer<typeof scriptStep>;

const notRepeated = z.object({
  /** `name@version` */
  package: z.string(),
  /** Folder relative to the project's root. */
  path: z.string(),
  why: z.string(),
});
/** A package whose scripts did not run a second time on another kind of machine or date, and why. */
export type NotRepeated = z.infer<typeof notRepeated>;

export const phaseSchema = z.object({
  /**
   * `fetch`: the package manager downloads and unpacks everything, and no script runs. `check`: packages with scripts are loaded
   * before any script has run, if the job asks which of them are needed. `install`: the lifecycle scripts run. `import`: the
   * packages are loaded. `execute`: what the packages export is called. `later`: scripts run and packages are loaded once more,
   * on the machine of another CI and with the clock moved ahead. `run`: scripts of the project that the job asks for. In older
   * reports without a `fetch` phase, `install` includes the fetch.
   */
  name: z.enum(['fetch', 'install', 'import', 'check', 'execute', 'later', 'run']),
  command: z.string(),
  exitCode: z.number().int().nullable(),
  /** Absent in older reports. */
  startedAt: z.iso.datetime().optional(),
  durationMs: z.number(),
  timedOut: z.boolean(),
  /** For the fetch: how many packages it put into the dependency folders. Absent in older reports. */
  installed: z.number().int().optional(),
  /** For the fetch: code of the project itself that the package manager runs meanwhile, e.g. `.pnpmfile.cjs`. */
  projectCode: z.array(z.string()).optional(),
  /** What was loaded or called, each package in a process of its own. */
  loaded: z.array(loadedPackage).optional(),
  /** For the import and later phases: their parts, in the order of time. Absent in older reports, which did not load every package. */
  parts: z.array(loadPart).optional(),
  /** For the execute phase: the packages that were not called because time ran out, as `name@version`. Absent if none. */
  notCalled: z.array(z.string()).optional(),
  /** Processes that were still running after the phase had ended and had been watched for a while longer. */
  leftRunning: z.array(runningProcess).optional(),
  /** For the install and run phases: the scripts of each package, in the order in which they ran. */
  steps: z.array(scriptStep).optional(),
  /** For the later phase: the packages whose scripts did not run a second time. */
  notRepeated: z.array(notRepeated).optional(),
  scripts: z.object({ declared: z.number().int(), ran: z.number().int() }).optional(),
});
export type Phase = z.infer<typeof phaseSchema>;
