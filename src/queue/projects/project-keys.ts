import type { Place } from '../../jobs/projects/ports.js';

/** The names of the projects' keys in Redis; owners and parts are untrusted text, so they are encoded as JSON. */
const PREFIX = 'packwarden:projects';

export const KEYS = {
  /** Sorted set: ids of all projects, by their last run. */
  all: `${PREFIX}:all`,
  /** Sorted set: ids of one submitter's projects, by their last run. */
  ofOwner: (owner: string | null) => `${PREFIX}:owner:${JSON.stringify(owner)}`,
  /** JSON: the project. */
  project: (id: string) => `${PREFIX}:project:${id}`,
  /** Sorted set: the jobs of a project, by the time of their submission. */
  runs: (id: string) => `${PREFIX}:runs:${id}`,
  /** JSON: one run. */
  run: (job: string) => `${PREFIX}:run:${job}`,
  /** Hash: the places of a project that have a summary. */
  places: (id: string) => `${PREFIX}:places:${id}`,
  /** Sorted set: the jobs whose summaries are kept for a line of a part, by time of submission. */
  line: ({ project, part, line }: Place) => `${PREFIX}:line:${project}:${line}:${part}`,
  /** JSON, deflated: the baseline for comparing later reports. */
  summary: (job: string) => `${PREFIX}:summary:${job}`,
} as const;
