import type { Readable } from 'node:stream';
import type { WantedFiles } from '../blobs/archive-files.js';
import type { Manifest } from '../blobs/manifest.js';
import type { ProjectArchive } from '../blobs/rewrite.js';
import type { StoredArchive, StoredBlob } from '../blobs/spool.js';
import type { InstalledPackage } from '../ecosystems/installed-package.js';
import type { EgressEvidence } from '../egress/evidence.js';
import type { EgressMode } from '../egress/mode.js';
import type { AlertSink, Watch } from '../falco/hub.js';
import type { SourceStatus } from '../falco/source.js';
import type { Snapshot } from '../report/changes/snapshot.js';
import type { PlantedDecoy } from '../report/evidence/decoys.js';
import type { PrintedSecret, SecretInFile } from '../report/evidence/found-secrets.js';
import type { Steps } from '../report/evidence/steps.js';
import type { Guise } from '../report/guise.js';
import type { LoadedPackage, RunningProcess } from '../report/phase.js';
import type { Report } from '../report/report.js';
import type { IncompleteReason } from '../report/verdict/verdict.js';
import type { DecoyWatch } from '../witness/witness.js';
import type { Ecosystem, JobSpec, JobState, JobSummary, JobView } from './job.js';
import type { JobPage, JobQuery } from './search/query.js';

/** The current time, passed in so that tests can set it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Stores tarballs from the upload to the end of the job. Implemented by `src/blobs/`. */
export interface BlobStore {
  /**
   * Stores a body while checking that it is a valid archive; `manifest` is the file that makes it a project. Resolves when the blob is
   * durable; leaves nothing behind when it rejects. @throws ArchiveError (its codes: `src/blobs/errors.ts`)
   */
  put(key: string, body: Readable, manifest: Manifest): Promise<StoredArchive>;
  /** Fails at its end if it is not what was stored. @throws when there is no such blob */
  open(blob: StoredBlob): Promise<Readable>;
  /** Reads files of an archive as text, by their path; leaves out those that are missing, too large, or not regular files. @throws when there is no such blob */
  readFiles(key: string, wanted: WantedFiles): Promise<ReadonlyMap<string, string>>;
  /** No error when there is no such blob. */
  remove(key: string): Promise<void>;
}

/** The position of a waiting job in the queue. */
export interface QueueOutlook {
  /** How many waiting jobs are ahead of it. */
  readonly before: number;
  /** Estimated time until it starts, in milliseconds; null when it is not known: no job is running, or too few have ended. */
  readonly startsInMs: number | null;
}

/** Holds waiting jobs, and the results of finished ones. Implemented by `src/queue/`. */
export interface JobQueue {
  /**
   * Checks that a submitter may add a job now. @throws QueueUnavailableError at once while Redis is not connected, QueueFullError when the
   * submitter has too many waiting jobs
   */
  admit(owner: string | null): Promise<void>;
  /**
   * Resolves when the job is in Redis: with `spec`, or with the job that was added earlier with the same `onceKey`. Concurrent calls
   * with one key add exactly one job. @throws QueueUnavailableError at once when Redis does not answer
   */
  add(spec: JobSpec, onceKey?: string): Promise<JobSpec>;
  find(id: string): Promise<JobView | undefined>;
  /** A page of jobs, newest first. @throws QueueUnavailableError */
  search(query: JobQuery): Promise<JobPage>;
  /** Summaries of jobs in the order of `ids`, without those that have expired. @throws QueueUnavailableError */
  summaries(ids: readonly string[]): Promise<readonly JobSummary[]>;
  /** Null for a job that is not waiting. @throws QueueUnavailableError */
  outlook(id: string): Promise<QueueOutlook | null>;
  /** Calls `listener` whenever the job may have changed, until the returned function is called. */
  onChange(id: string, listener: () => void): () => void;
  /** Removes a job and its result. False when the job is running: it is then cancelled instead. */
  remove(id: string): Promise<boolean>;
  /** @throws QueueUnavailableError */
  ping(): Promise<void>;
}

/** What a sandbox is created for. */
export interface SandboxPlan {
  readonly jobId: string;
  readonly ecosystem: Ecosystem;
  /** The number of this attempt at the job, from 1. */
  readonly attempt: number;
  /** Absent: the service's default mode. A mode wider than the host permits is narrowed. */
  readonly egress?: EgressMode;
}

/** The result of one command in a sandbox. */
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
   * For people. For a fetch: why it failed, or why its result can't be trusted although it succeeded; for scripts: how they ended.
   * Absent when the exit code and the end of the log say it all.
   */
  readonly reason?: string;
  /** For a fetch: the project's own code that the package manager ran as part of it, e.g. `.pnpmfile.cjs`. */
  readonly projectCode?: readonly string[];
}

/** The result of loading packages, each in a process of its own. */
export interface ImportResult extends StepResult {
  readonly loaded: readonly LoadedPackage[];
  /** Folders (`realPath`) of the packages that could be loaded. */
  readonly worked: ReadonlySet<string>;
  /** Why the results can't be trusted; null when they can. */
  readonly problem: string | null;
  /** The packages that had no turn, as `name@version`. */
  readonly withoutResult: readonly string[];
}

/** The result of loading packages, many in one process. */
export interface GroupedLoads extends StepResult {
  /** Folders (`realPath`) of the packages that each process was to load. */
  readonly groups: readonly (readonly string[])[];
  /** Folders of the packages whose load ended, successfully or not. */
  readonly ended: ReadonlySet<string>;
  /** How many of them could be loaded. */
  readonly worked: number;
  /** Why the results can't be trusted; null when they can. */
  readonly problem: string | null;
}

/** The installed packages, and differences between the package manager's record and the files on disk. */
export interface PackageListing {
  /** The project itself first. */
  readonly packages: readonly InstalledPackage[];
  /** Sentences for the report. */
  readonly disagreements: readonly string[];
  /** Paths of the commands in `.bin` folders, each with the file that it points to, links resolved. */
  readonly commands: ReadonlyMap<string, string>;
  /**
   * Why the run is incomplete: the project or a package requires another version of its language, or the fetch succeeded without
   * installing everything.
   */
  readonly incomplete: readonly IncompleteReason[];
}

/** The result of a search for planted secrets. */
export interface SearchedFiles {
  readonly found: readonly SecretInFile[];
  /** How many of the files were not searched because they were too large together. */
  readonly unsearched: number;
  /** Paths of files that the project's user may not read. */
  readonly unreadable: readonly string[];
}

/** Runs test processes in a sandbox, one after the other. */
export interface Beats {
  /** Runs a process whose command line contains `marker`, after the earlier ones have ended. */
  beat(marker: string): void;
  /** Resolves when all have run, with false if one could not be run. Never rejects. */
  stop(): Promise<boolean>;
}

/** A running sandbox: one container, its network and its gateway, for one attempt at one job. */
export interface SandboxRun {
  /** Full Docker ID (64 hex digits). */
  readonly containerId: string;
  /** Absolute path of the project's root in the sandbox (the folder of its manifest). */
  readonly projectDir: string;
  /** Folder of the project's root in the archive; empty at its top. */
  readonly archiveFolder: string;
  /** IPv4 address of its gateway. */
  readonly gateway: string;
  /** The package manager that installs the project, and why; null until the archive is unpacked. */
  readonly manager: Report['manager'];
  /** Why the sandbox can reach services on the worker's machine; null when it can't. */
  readonly hostProblem: string | null;
  /** The decoy credentials in the sandbox. */
  readonly decoys: readonly PlantedDecoy[];
  /** The process ID, on this machine, of the container's first process. @throws SandboxError */
  hostPid(): Promise<number>;
  /** Runs a process whose command line contains `marker`, as the same user and in the same container as the install. */
  canary(marker: string): Promise<void>;
  /** Starts a runner of test processes, as a user whose processes the project's processes can't signal. */
  startBeats(): Beats;
  /** Absolute paths of the files from the archive, without those in `node_modules`; empty until it is unpacked. */
  readonly brought: ReadonlySet<string>;
  /** Unpacks the archive into the project folder. @throws SandboxError `unpack-failed` with tar's message */
  unpack(archive: ProjectArchive): Promise<void>;
  /** Downloads and unpacks every package; no script of a package runs. */
  fetch(timeoutMs: number): Promise<StepResult>;
  /** Lists the installed packages. To be called before any code of a package runs, which could change the result. @throws SandboxError `listing-failed` */
  packages(): Promise<PackageListing>;
  /**
   * Clones the git dependencies that have to be built and fetches their build dependencies; none of their code runs. If that fails for
   * one of them the others continue, and its `runScripts` reports the failure. Null when there are none.
   */
  fetchGitBuilds(packages: readonly InstalledPackage[], timeoutMs: number): Promise<StepResult | null>;
  /** Runs the lifecycle scripts of one package as a step of its own; builds it before if it is a git dependency that needs it. */
  runScripts(pkg: InstalledPackage, timeoutMs: number, guise?: Guise): Promise<StepResult>;
  /**
   * Loads each direct dependency, and each package with an install script, in a process of its own. With `folders`, loads exactly the
   * packages in these folders, without their command line tools.
   */
  importAll(
    timeoutMs: number,
    packages: readonly InstalledPackage[],
    folders?: ReadonlySet<string>,
    guise?: Guise,
  ): Promise<ImportResult>;
  /**
   * Loads every package that `importAll` does not load, many in one process; in another guise, loads all packages. Null when there
   * are none.
   */
  loadTogether(timeoutMs: number, packages: readonly InstalledPackage[], guise?: Guise): Promise<GroupedLoads | null>;
  /**
   * Calls the exports of the packages that `importAll` loads, each in a process of its own; starts none after `timeoutMs`. Null when
   * there is no such program for the package manager's language.
   */
  callAll(timeoutMs: number, packages: readonly InstalledPackage[]): Promise<ImportResult | null>;
  /** Runs a script of the project's manifest with its `pre` and `post` scripts, as a step of the project. */
  runProjectScript(name: string, timeoutMs: number): Promise<ProjectScript>;
  /** The current files under HOME, without caches. @throws SandboxError when they can't all be listed */
  snapshot(): Promise<Snapshot>;
  /** Searches files for planted secrets; those that are gone are left out. @throws SandboxError */
  searchFiles(paths: readonly string[]): Promise<SearchedFiles>;
  /** Those files that changed after a time, in milliseconds since the epoch. @throws SandboxError */
  changedSince(times: ReadonlyMap<string, number>): Promise<readonly string[]>;
  /** The planted secrets that steps have printed so far, each once for each step. */
  printedSecrets(): readonly PrintedSecret[];
  /** Waits until no process of the project is running, at most `ms`. Resolves with those that still are. */
  linger(ms: number): Promise<readonly RunningProcess[]>;
  /** Kills all processes of the project. */
  endProcesses(): Promise<void>;
  /** All steps that the worker has started in the sandbox so far. */
  readonly steps: Steps;
  /** Which hosts it may reach. */
  readonly egressMode: EgressMode;
  /** The network traffic that its gateway has recorded so far. */
  egressEvidence(): EgressEvidence;
  /** Kills all processes and removes container, network and gateway. Parts that are already gone are no error. */
  destroy(): Promise<void>;
}

/** The result of a script of the project, and which of its `pre`, main and `post` scripts exist; if it does not exist, the names of those that do. */
export type ProjectScript =
  | { readonly events: readonly string[]; readonly result: StepResult }
  | { readonly known: readonly string[] };

/** Creates sandboxes. Implemented by `src/sandbox/` with a Docker engine. */
export interface Sandbox {
  /** @throws SandboxError `docker-unavailable` or `image-missing` */
  check(): Promise<void>;
  /** Removes leftovers of earlier attempts at this job, then starts a new sandbox. */
  create(plan: SandboxPlan): Promise<SandboxRun>;
  /**
   * Removes what sandboxes of this worker left behind on the engine: from an earlier process of the worker, a failed start, or a failed
   * removal. Sandboxes in use are kept. Resolves with the number of jobs whose leftovers were removed.
   */
  sweep(): Promise<number>;
}

/** Called for each change of a job's state while it runs. */
export type StateListener = (state: JobState) => Promise<void>;

/** Starts watching files of a container, independently of the alert source. Implemented by `src/witness/`. */
export type WatchDecoys = (hostPid: number, paths: readonly string[]) => DecoyWatch;

/** The alerts of this Docker host, by container. Implemented by the demultiplexer in `src/falco/`. */
export interface AlertFeed {
  /** From now on `sink` gets this container's alerts. To be called before anything runs in the container. */
  watch(containerId: string, sink: AlertSink): Watch;
  status(): SourceStatus;
}
