import type { Behaviour } from '../../report/compare/behaviour.js';

/** One version of a package in one job. */
export interface PackageRun {
  readonly job: string;
  readonly version: string;
  /** When the job was submitted, in milliseconds since the epoch. */
  readonly submittedAt: number;
}

/** Something that one version of a package did in one job. */
export interface PackageAction {
  readonly version: string | null;
  readonly behaviour: Behaviour;
}

/** What is stored about the packages of a job. */
export interface JobPackages {
  readonly job: string;
  readonly owner: string | null;
  readonly submittedAt: number;
  /** The versions of each package, by its name. */
  readonly versions: ReadonlyMap<string, readonly string[]>;
  /** What packages did, by name; only those that did something. */
  readonly actions: ReadonlyMap<string, readonly PackageAction[]>;
}

/** The jobs that had a package, as far back as they are stored. */
export interface PackageRuns {
  /** Newest first. */
  readonly runs: readonly PackageRun[];
  /** Whether older runs may be missing, because only the newest are stored for each package. */
  readonly isCut: boolean;
}

/** Which jobs had which packages and what they did there, for as long as reports are stored. Implemented by `src/queue/packages/`. */
export interface PackageHistory {
  /** Stores the packages of a job. A retried job replaces its earlier record. */
  record(packages: JobPackages): Promise<void>;
  /** The jobs of a submitter (undefined: of everybody) that had a package. */
  runs(name: string, owner: string | null | undefined): Promise<PackageRuns>;
  /** What a package did in each of these jobs, in the same order. */
  actions(name: string, jobs: readonly string[]): Promise<readonly (readonly PackageAction[])[]>;
  /** Deletes the record of a removed job. */
  forget(job: string): Promise<void>;
}
