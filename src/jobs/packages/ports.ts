import type { Behaviour } from '../../report/compare/behaviour.js';

/** One version of a package in one job. */
export interface PackageRun {
  readonly job: string;
  readonly version: string;
  /** When the job was submitted, in milliseconds since the epoch. */
  readonly submittedAt: number;
}

/** Something that one version of a package did in one job. */
export interface PackageDeed {
  readonly version: string | null;
  readonly behaviour: Behaviour;
}

/** What is kept of the packages of a job. */
export interface JobPackages {
  readonly job: string;
  readonly owner: string | null;
  readonly submittedAt: number;
  /** The versions of each package, by its name. */
  readonly versions: ReadonlyMap<string, readonly string[]>;
  /** Of those that did something, by name. */
  readonly deeds: ReadonlyMap<string, readonly PackageDeed[]>;
}

/** In which jobs a package was, as far back as it is kept. */
export interface PackageRuns {
  /** Newest first. */
  readonly runs: readonly PackageRun[];
  /** Whether earlier ones may have been let go, because only so many are kept of one package. */
  readonly isCut: boolean;
}

/** In which jobs packages were and what they did there, as long as reports are kept. Filled by `src/queue/packages/`. */
export interface PackageHistory {
  /** Keeps the packages of a job. One that is tried again replaces itself. */
  record(packages: JobPackages): Promise<void>;
  /** Jobs of a submitter (undefined: of everybody) in which a package was. */
  runs(name: string, owner: string | null | undefined): Promise<PackageRuns>;
  /** What a package did in each of these jobs, in their order. */
  deeds(name: string, jobs: readonly string[]): Promise<readonly (readonly PackageDeed[])[]>;
  /** Forgets a job that is removed. */
  forget(job: string): Promise<void>;
}
