import type { Readable } from 'node:stream';
import type { WantedFiles } from '../blobs/archive-files.js';
import type { Manifest } from '../blobs/manifest.js';
import type { ProjectArchive } from '../blobs/rewrite.js';
import type { StoredArchive } from '../blobs/spool.js';
import type { InstalledPackage } from '../ecosystems/installed-package.js';
import type { EgressEvidence } from '../egress/evidence.js';
import type { EgressMode } from '../egress/mode.js';
import type { AlertSink, Watch } from '../falco/hub.js';
import type { SourceStatus } from '../falco/source.js';
import type { Snapshot } from '../report/changes/snapshot.js';
import type { PlantedDecoy } from '../report/evidence/decoys.js';
import type { Steps } from '../report/evidence/steps.js';
import type { Guise } from '../report/guise.js';
import type { LoadedPackage, RunningProcess } from '../report/phase.js';
import type { Report } from '../report/report.js';
import type { IncompleteReason } from '../report/verdict.js';
import type { DecoyWatch } from '../witness/witness.js';
import type { Ecosystem, JobSpec, JobState, JobSummary, JobView } from './job.js';
import type { JobPage, JobQuery } from './search/query.js';

/** Time and randomness come in from outside. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Tarballs between the upload and the end of the job. Filled by `src/blobs/`. */
export interface BlobStore {
  /**
   * Streams a body in, checking the archive on the way; `manifest` is the file that makes it a project. Resolves when the blob is synced to disk; leaves nothing
   * behind when it rejects. @throws ArchiveError (a `code` per fault, see `src/blobs/errors.ts`)
   */
  put(key: string, body: Readable, manifest: Manifest): Promise<StoredArchive>;
  /** @throws when there is no such blob */
  open(key: string): Promise<Readable>;
  /** Some files of an archive as text, by their path in it; those that are missing, no files or too large are left out. @throws when there is no such blob */
  readFiles(key: string, wanted: WantedFiles): Promise<ReadonlyMap<string, string>>;
  /** No error when there is no such blob. */
  remove(key: string): Promise<void>;
}

/** Where a waiting job stands. */
export interface QueueOutlook {
  /** How many jobs wait before it. */
  readonly before: number;
  /** In how many milliseconds it starts, roughly; null where that is not known: no job runs, or too few have ended. */
  readonly startsInMs: number | null;
}

/** Where jobs wait and where their results are kept. Filled by `src/queue/`. */
export interface JobQueue {
  /**
   * Whether a submitter may add a job just now. @throws QueueUnavailableError at once while Redis is not connected, QueueFullError where as
   * many jobs of this submitter wait as may
   */
  admit(owner: string | null): Promise<void>;
  /**
   * Resolves when the job is in Redis: with `spec`, or with the job that was added before under the same `onceKey`. Of any
   * number that race under one key exactly one is added. @throws QueueUnavailableError at once when Redis does not answer
   */
  add(spec: JobSpec, onceKey?: string): Promise<JobSpec>;
  find(id: string): Promise<JobView | undefined>;
  /** A page of jobs, newest first. @throws QueueUnavailableError */
  search(query: JobQuery): Promise<JobPage>;
  /** Jobs as a list shows them, in this order, without those that are gone. @throws QueueUnavailableError */
  summaries(ids: readonly string[]): Promise<readonly JobSummary[]>;
  /** Null for a job that does not wait for its turn. @throws QueueUnavailableError */
  outlook(id: string): Promise<QueueOutlook | null>;
  /** Calls `listener` whenever something may have changed about the job, until the returned function is called. */
  onChange(id: string, listener: () => void): () => void;
  /** Removes a job that is not running, with its result. False when it runs just now (it is then cancelled). */
  remove(id: string): Promise<boolean>;
  /** @throws QueueUnavailableError */
  ping(): Promise<void>;
}

/** What a sandbox is made for. */
export interface SandboxPlan {
  readonly jobId: string;
  readonly ecosystem: Ecosystem;
  /** Which try of the job this is, from 1. */
  readonly attempt: number;
  /** Absent: the service's own mode. What is wider than the host permits is narrowed to that. */
  readonly egress?: EgressMode;
}

/** One command in a sandbox, as the report tells it. */
export interface StepResult {
  /** As a person would type it. */
  readonly command: string;
  /** Null when it was killed at its deadline. */
  readonly exitCode: number | null;
  readonly timedOut: boolean;
  readonly durationMs: number;
  /** The last 64 KiB of standard output and error, interleaved as they came. */
  readonly log: string;
  readonly logBytes: number;
  /**
   * In words. Of a fetch why it failed, or why it can't be vouched for although it ended well; of scripts how they ended. Absent where
   * its exit code and the end of its log tell as much.
   */
  readonly reason?: string;
  /** Of a fetch: the project's own code that the package manager ran on the way, e.g. `.pnpmfile.cjs`. */
  readonly projectCode?: readonly string[];
}

/** The import phase's step, with how each package went. */
export interface ImportResult extends StepResult {
  readonly loaded: readonly LoadedPackage[];
  /** Folders (`realPath`) of those that could be loaded. */
  readonly worked: ReadonlySet<string>;
  /** Why the results can't be taken at their word; null when they can. */
  readonly problem: string | null;
}

/** How the packages went that are loaded many to a process. */
export interface GroupedLoads extends StepResult {
  /** Folders (`realPath`) of the packages that each process was to load. */
  readonly groups: readonly (readonly string[])[];
  /** Of those that came to their end, loaded or not. */
  readonly ended: ReadonlySet<string>;
  /** How many of them could be loaded. */
  readonly worked: number;
  /** Why the results can't be taken at their word; null when they can. */
  readonly problem: string | null;
}

/** What was fetched, and where the package manager's own record of it and the disk disagree. */
export interface PackageListing {
  /** The project itself first. */
  readonly packages: readonly InstalledPackage[];
  /** In words for the report. */
  readonly disagreements: readonly string[];
  /** Paths of the names in `.bin` folders, each with the file that it leads to, links resolved. */
  readonly commands: ReadonlyMap<string, string>;
  /**
   * Why the run can't be vouched for: the project or a package is made for another version of its language; the fetch ended well and
   * not at its end.
   */
  readonly incomplete: readonly IncompleteReason[];
}

/** Test processes in a sandbox, one after the other. */
export interface Beats {
  /** Runs a process whose command line holds `marker`, after those before it. */
  beat(marker: string): void;
  /** Resolves when all have run, with false where they could not. Never rejects. */
  stop(): Promise<boolean>;
}

/** A running sandbox: one container, its network and its gateway, for one try of one job. */
export interface SandboxRun {
  /** Full Docker id (64 hex); known before anything of the project runs in it. */
  readonly containerId: string;
  /** Absolute path of the project's root in the sandbox (the folder of its manifest). */
  readonly projectDir: string;
  /** Folder of the project's root in the archive; empty at its top. */
  readonly archiveFolder: string;
  /** IPv4 address of its gateway. */
  readonly gateway: string;
  /** The package manager that installs the project, and why; null until the archive is unpacked. */
  readonly manager: Report['manager'];
  /** Why it can reach what listens on the worker's machine; null when it can't. */
  readonly hostProblem: string | null;
  /** The fake credentials that stand in it. */
  readonly decoys: readonly PlantedDecoy[];
  /** The number on this machine of the container's first process. @throws SandboxError */
  hostPid(): Promise<number>;
  /** Runs a process whose command line holds `marker`, as the same user and in the same container as the install. */
  canary(marker: string): Promise<void>;
  /** Starts what runs a process for each marker it is given, as nobody that the project's processes could send a signal to. */
  startBeats(): Beats;
  /** Absolute paths of the files that the archive brought, without those of `node_modules`; empty until it is unpacked. */
  readonly brought: ReadonlySet<string>;
  /** Unpacks the archive into the project folder. @throws SandboxError `unpack-failed` with tar's message */
  unpack(archive: ProjectArchive): Promise<void>;
  /** Brings every package into place; no script of a package runs. */
  fetch(timeoutMs: number): Promise<StepResult>;
  /** What was fetched. Called before any code of a package runs: nothing has had a chance to change it. @throws SandboxError `listing-failed` */
  packages(): Promise<PackageListing>;
  /**
   * Clones the git dependencies that have to be built and fetches what they are built with; no code of them runs. One for which that
   * fails keeps no other from it: `runScripts` of it says so. Null where there are none.
   */
  fetchGitBuilds(packages: readonly InstalledPackage[], timeoutMs: number): Promise<StepResult | null>;
  /** Builds a git dependency that has to be, then runs the lifecycle scripts of one package, as a step of its own. */
  runScripts(pkg: InstalledPackage, timeoutMs: number, guise?: Guise): Promise<StepResult>;
  /**
   * Loads each direct dependency, and each package with an install script, in a process of its own; where folders are given,
   * the packages in those, whoever wants them, and none of their tools.
   */
  importAll(
    timeoutMs: number,
    packages: readonly InstalledPackage[],
    folders?: ReadonlySet<string>,
    guise?: Guise,
  ): Promise<ImportResult>;
  /**
   * Loads every package that `importAll` does not load alone, many to a process; in another guise all of them. Null where there are
   * none.
   */
  loadTogether(timeoutMs: number, packages: readonly InstalledPackage[], guise?: Guise): Promise<GroupedLoads | null>;
  /**
   * Calls what packages export that `importAll` loads, each in a process of its own; none is begun after `timeoutMs`. Null where the
   * package manager's runtime has no such program.
   */
  callAll(timeoutMs: number, packages: readonly InstalledPackage[]): Promise<ImportResult | null>;
  /** Runs a script that the project's manifest names, with those around it (`prebuild`, `postbuild`), as a step of the project. */
  runProjectScript(name: string, timeoutMs: number): Promise<ProjectScript>;
  /** The files under HOME as they are now, without caches. @throws SandboxError when they can't all be listed */
  snapshot(): Promise<Snapshot>;
  /** Waits until nothing of the project runs any more, at most `ms`. Resolves with what still runs then. */
  linger(ms: number): Promise<readonly RunningProcess[]>;
  /** Kills everything of the project that runs. */
  endProcesses(): Promise<void>;
  /** Everything that the worker started in it so far. */
  readonly steps: Steps;
  /** What it may reach. */
  readonly egressMode: EgressMode;
  /** What its gateway saw until now. */
  wayOut(): EgressEvidence;
  /** Kills what still runs and removes container, network, gateway. Never throws for what is already gone. */
  destroy(): Promise<void>;
}

/** How a script of the project went, and which of its events there were; or the names that the project has, when this is none of them. */
export type ProjectScript =
  | { readonly events: readonly string[]; readonly result: StepResult }
  | { readonly known: readonly string[] };

/** Filled by `src/sandbox/` with a Docker engine. */
export interface Sandbox {
  /** @throws SandboxError `docker-unavailable` or `image-missing` */
  check(): Promise<void>;
  /** Removes leftovers of earlier tries of this job, then starts a new sandbox. */
  create(plan: SandboxPlan): Promise<SandboxRun>;
  /**
   * Removes what sandboxes of this worker left on the engine: of an earlier process of it, of a start that failed, of a removal that
   * the engine did not come to. Those that are in use stay. Resolves with of how many jobs there was something.
   */
  sweep(): Promise<number>;
}

/** Told of each change of a job's state while it runs. */
export type StateListener = (state: JobState) => Promise<void>;

/** Starts watching files of a container, without the alert source. Filled by `src/witness/`. */
export type WatchDecoys = (hostPid: number, paths: readonly string[]) => DecoyWatch;

/** The alerts of this Docker host, by container. Filled by the demultiplexer in `src/falco/`. */
export interface AlertFeed {
  /** From now on `sink` gets this container's alerts. Call it before anything runs in the container. */
  watch(containerId: string, sink: AlertSink): Watch;
  status(): SourceStatus;
}
