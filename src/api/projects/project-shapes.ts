import { z } from 'zod';
import type { Place, Project, ProjectRun } from '../../jobs/projects/ports.js';
import { wordsOf } from '../../report/compare/behaviour-words.js';
import type { Summary } from '../../report/compare/summary.js';

const line = z.enum(['default', 'other', 'none']);
const row = z.object({
  id: z.string(),
  name: z.string(),
  /** Where the project's name comes from: an ID token, the request, a CI job's variables, or the manifest. */
  source: z.enum(['id-token', 'request', 'claim', 'manifest']),
  lastRun: z.iso.datetime(),
});
export type ProjectRow = z.infer<typeof row>;

export const projectListSchema = z.object({ projects: z.array(row) });
export type ProjectList = z.infer<typeof projectListSchema>;

const run = z.object({
  job: z.string(),
  submittedAt: z.iso.datetime(),
  part: z.string(),
  ref: z.string().nullable(),
  line,
  verdict: z.enum(['clean', 'findings', 'incomplete']),
  findings: z.number().int(),
  headline: z.string().nullable(),
});

const behaviour = z.object({
  /** Null when the package is not known. */
  package: z.string().nullable(),
  version: z.string().nullable(),
  /** In words: `reads cloud credentials (install)`. */
  does: z.string(),
  kind: z.enum(['rule', 'script', 'host', 'program', 'files']),
  what: z.string(),
  where: z.string(),
  phase: z.string(),
  /** The first of the stored runs that saw it. */
  since: z.object({ job: z.string(), at: z.iso.datetime(), version: z.string().nullable() }),
});

const part = z.object({
  part: z.string(),
  line,
  /** Null when another version of Packwarden stored it, in a format that this one can't read. */
  job: z.string().nullable(),
  submittedAt: z.iso.datetime().nullable(),
  packages: z.number().int(),
  behaviours: z.array(behaviour),
});

/** A project: its runs, newest first, and what its packages did in the last complete run of the default branch and of the others. */
export const projectDetailsSchema = row.extend({
  runs: z.array(run),
  /** The parameter `before` of the next page; null on the last one. */
  next: z.iso.datetime().nullable(),
  parts: z.array(part),
});
export type ProjectDetails = z.infer<typeof projectDetailsSchema>;

export function projectRow({ id, name, source, lastRunAt }: Project): ProjectRow {
  return { id, name, source, lastRun: iso(lastRunAt) };
}

/** Builds the answer for one project. */
export function projectDetails(
  project: Project,
  { runs, hasMore }: { readonly runs: readonly ProjectRun[]; readonly hasMore: boolean },
  kept: readonly { readonly place: Place; readonly summary: Summary | 'unreadable' | undefined }[],
): ProjectDetails {
  const last = runs.at(-1);
  return {
    ...projectRow(project),
    runs: runs.map(({ project: _, submittedAt, ...rest }) => ({ ...rest, submittedAt: iso(submittedAt) })),
    next: hasMore && last !== undefined ? iso(last.submittedAt) : null,
    parts: kept.map(({ place, summary }) => partOf(place, summary)).sort(inOrder),
  };
}

function partOf({ part, line }: Place, summary: Summary | 'unreadable' | undefined): ProjectDetails['parts'][number] {
  if (summary === undefined || summary === 'unreadable') {
    return { part, line, job: null, submittedAt: null, packages: 0, behaviours: [] };
  }
  const { job, submittedAt, packages, behaviours } = summary;
  return {
    part,
    line,
    job,
    submittedAt,
    packages: packages?.length ?? 0,
    behaviours: behaviours.map(({ name, version, behaviour: seen, since }) => {
      return { package: name, version, does: wordsOf(seen), ...seen, since };
    }),
  };
}

/** The default branch comes first. */
function inOrder(a: ProjectDetails['parts'][number], b: ProjectDetails['parts'][number]): number {
  return a.line.localeCompare(b.line) || a.part.localeCompare(b.part);
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
