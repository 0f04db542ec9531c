import { z } from 'zod';
import type { JobContext } from '../../gitlab/identity/context.js';

const text = z.string().max(1024);

/** Which project a job belongs to, and which line of it: its default branch or something else. Stored with the job. */
export const projectLineSchema = z.object({
  /** Null: the manifest names the project. `key` stays the same when `name` changes. */
  project: z.object({ source: z.enum(['id-token', 'request', 'claim']), key: text, name: text }).nullable(),
  /** Distinguishes several manifests of one project; null: by the manifest's name. */
  part: text.nullable(),
  /** The branch or tag; null when it is not known. */
  ref: text.nullable(),
  /**
   * `default`: the project's default branch, which others are compared with; `other`: another branch, a tag, a merge request, or not
   * provably the default branch; `none`: nothing is known about branches.
   */
  line: z.enum(['default', 'other', 'none']),
  /** Why it is this line, for people. */
  lineReason: text,
  /** A job to compare the report with; it was checked that the submitter may read it. */
  compare: z.uuid().exactOptional(),
});
export type ProjectLine = Readonly<z.infer<typeof projectLineSchema>>;

/** How a request describes its project; unverified. */
export interface ProjectOptions {
  readonly project?: string | undefined;
  readonly part?: string | undefined;
  readonly ref?: string | undefined;
  readonly defaultBranch?: string | undefined;
  readonly compare?: string | undefined;
}

/**
 * Kinds of pipelines that run the code of the project's own branches. A merge request's pipeline may run a fork's branch of any name,
 * and so may a pipeline that another one started.
 */
const OWN_PIPELINES: ReadonlySet<string> = new Set(['push', 'schedule', 'web', 'api', 'trigger', 'chat']);

/** Determines project and line from the CI job (signed or claimed) and the request. Signed facts are never overridden. */
export function projectLineOf(context: JobContext | null, options: ProjectOptions): ProjectLine {
  const { project: named, part = null, compare } = options;
  const gitlab = context && gitlabProject(context);
  const isSigned = context?.verified === true;
  const asked = named === undefined ? null : ({ source: 'request', key: `name:${named}`, name: named } as const);
  const ref = isSigned ? context.ref : (options.ref ?? context?.ref);
  const defaultBranch = options.defaultBranch ?? context?.defaultBranch;
  return {
    project: isSigned ? gitlab : (asked ?? gitlab),
    part,
    ref: ref ?? null,
    ...lineOf(context, ref, defaultBranch),
    ...(compare === undefined ? {} : { compare }),
  };
}

function gitlabProject(context: JobContext): NonNullable<ProjectLine['project']> {
  const { instance, projectId, projectPath, verified } = context;
  const key = `gitlab:${instance}:${projectId}`;
  return { source: verified ? 'id-token' : 'claim', key, name: projectPath ?? `${instance} ${projectId}` };
}

type Line = Pick<ProjectLine, 'line' | 'lineReason'>;

/** In doubt it is not the default branch: a hostile run must never become what later runs are compared with. */
function lineOf(context: JobContext | null, ref: string | undefined, defaultBranch: string | undefined): Line {
  const other = (lineReason: string): Line => ({ line: 'other', lineReason });
  const doubt =
    context === null ? undefined : (doubtOf(context) ?? (context.verified ? unsignedOf(context) : undefined));
  if (doubt !== undefined) return other(doubt);
  if (ref === undefined && context === null && defaultBranch === undefined) {
    return { line: 'none', lineReason: 'the branch is not known' };
  }
  if (ref === undefined) return other('the branch is not known');
  if (defaultBranch === undefined) return other('the default branch is not known');
  if (ref !== defaultBranch) return other('it is not the default branch');
  return { line: 'default', lineReason: 'it is the default branch' };
}

function doubtOf({ pipelineSource, mergeRequestId, isOfFork, refType, mismatch }: JobContext): string | undefined {
  if (isOfFork) return 'it runs the code of a fork';
  if (mismatch !== undefined) return 'token and variables name different projects';
  if (mergeRequestId !== undefined) return 'it belongs to a merge request';
  if (refType === 'tag') return 'it is a tag';
  if (pipelineSource !== undefined && !OWN_PIPELINES.has(pipelineSource)) {
    return `its pipeline is of the kind ${pipelineSource.slice(0, 60)}`;
  }
  return undefined;
}

/** What a token must contain to count as the default branch: a branch's name alone is not enough, because any fork may use it. */
function unsignedOf({ refProtected, refType, pipelineSource }: JobContext): string | undefined {
  if (pipelineSource === undefined) return 'the token does not contain the kind of pipeline';
  if (refType === undefined) return 'the token does not say whether it is a branch or a tag';
  return refProtected === true
    ? undefined
    : 'the branch is not protected, so its token does not prove that it is the default branch';
}
