import type { Summary } from '../../report/compare/summary.js';
import type { Report } from '../../report/report.js';
import type { ProjectLine } from './line.js';

/** One run of a project, as its list shows it. */
export interface ProjectRun {
  readonly job: string;
  /** The project's id. */
  readonly project: string;
  /** Milliseconds since the epoch. */
  readonly submittedAt: number;
  /** Which of the project's manifests: its name, unless the request told another one. */
  readonly part: string;
  readonly ref: string | null;
  readonly line: ProjectLine['line'];
  readonly verdict: Report['verdict'];
  readonly findings: number;
  /** The first line of what changed; null where nothing was said. */
  readonly headline: string | null;
}

/** A project and who its jobs are of. */
export interface Project {
  /** 32 hex digits: made of submitter and key. */
  readonly id: string;
  readonly owner: string | null;
  /** As it was called last. */
  readonly name: string;
  readonly source: NonNullable<ProjectLine['project']>['source'] | 'manifest';
  /** Milliseconds since the epoch. */
  readonly lastRunAt: number;
}

/** Where a run stands among those of its project. */
export interface Place {
  readonly project: string;
  readonly part: string;
  readonly line: ProjectLine['line'];
}

/** Which run of a line is compared with. */
export interface EarlierThan {
  /** Only one submitted before this, in milliseconds since the epoch. */
  readonly before: number;
  /** Not one of this commit: who runs it again is told the same again. */
  readonly commit: string | null;
}

/** A page of runs asked for. */
export interface RunQuery {
  /** Only runs submitted before this, in milliseconds since the epoch. */
  readonly before: number;
  readonly limit: number;
}

/** The runs of projects and what each did, as long as reports are kept. Filled by `src/queue/projects/`. */
export interface ProjectIndex {
  /** The newest kept summary of a line; `unreadable`: another version wrote it. */
  latest(place: Place, than: EarlierThan): Promise<Summary | 'unreadable' | undefined>;
  /** The parts of a project with the lines that have a kept summary, in no order. */
  parts(project: string): Promise<readonly Place[]>;
  /** Keeps a run, and its summary where later runs are compared with it. A job that is told again replaces itself. */
  record(project: Project, run: ProjectRun, summary: Summary | null): Promise<void>;
  /** The projects of a submitter (undefined: of everybody), that which ran last first. */
  projects(owner: string | null | undefined, limit: number): Promise<readonly Project[]>;
  project(id: string): Promise<Project | undefined>;
  /** Newest first. */
  runs(project: string, query: RunQuery): Promise<readonly ProjectRun[]>;
  /** Forgets a job that is removed. */
  forget(job: string): Promise<void>;
}
