import type { Summary } from '../../report/compare/summary.js';
import type { Report } from '../../report/report.js';
import type { ProjectLine } from './line.js';

/** One run of a project, for the list of its runs. */
export interface ProjectRun {
  readonly job: string;
  /** The project's id. */
  readonly project: string;
  /** Milliseconds since the epoch. */
  readonly submittedAt: number;
  /** Which of the project's manifests: the manifest's name, unless the request named another one. */
  readonly part: string;
  readonly ref: string | null;
  readonly line: ProjectLine['line'];
  readonly verdict: Report['verdict'];
  readonly findings: number;
  /** Summary of what changed; null when there is none. */
  readonly headline: string | null;
}

/** A project and its owner. */
export interface Project {
  /** 32 hex digits, derived from submitter and key. */
  readonly id: string;
  readonly owner: string | null;
  /** Its most recent name. */
  readonly name: string;
  readonly source: NonNullable<ProjectLine['project']>['source'] | 'manifest';
  /** Milliseconds since the epoch. */
  readonly lastRunAt: number;
}

/** The part and line of a project that a run belongs to. */
export interface Place {
  readonly project: string;
  readonly part: string;
  readonly line: ProjectLine['line'];
}

/** Which runs may serve as the earlier one of a comparison. */
export interface EarlierThan {
  /** Only one submitted before this, in milliseconds since the epoch. */
  readonly before: number;
  /** Not a run of this commit: running the same commit again must report the same news again. */
  readonly commit: string | null;
}

/** Which page of runs is wanted. */
export interface RunQuery {
  /** Only runs submitted before this, in milliseconds since the epoch. */
  readonly before: number;
  readonly limit: number;
}

/** The runs of projects and what each did, for as long as reports are stored. Implemented by `src/queue/projects/`. */
export interface ProjectIndex {
  /** The newest stored summary of a line; `unreadable`: another version wrote it. */
  latest(place: Place, than: EarlierThan): Promise<Summary | 'unreadable' | undefined>;
  /** The parts and lines of a project that have a stored summary, in no particular order. */
  parts(project: string): Promise<readonly Place[]>;
  /** Stores a run, and its summary if later runs are to be compared with it. A retried job replaces its earlier record. */
  record(project: Project, run: ProjectRun, summary: Summary | null): Promise<void>;
  /** The projects of a submitter (undefined: of everybody), the most recently run first. */
  projects(owner: string | null | undefined, limit: number): Promise<readonly Project[]>;
  project(id: string): Promise<Project | undefined>;
  /** Newest first. */
  runs(project: string, query: RunQuery): Promise<readonly ProjectRun[]>;
  /** Deletes the record of a removed job. */
  forget(job: string): Promise<void>;
}
