import { z } from 'zod';
import type { JobContext } from '../../gitlab/identity/context.js';

const text = z.string().max(1024);

/** Which project a job belongs to, and which of its lines it is a run of. It travels with the job. */
export const projectLineSchema = z.object({
  /** Null: the project is the one that the manifest names. `key` stays when `name` changes. */
  project: z.object({ source: z.enum(['id-token', 'request', 'claim']), key: text, name: text }).nullable(),
  /** Tells several manifests of one project apart; null: the manifest's name does. */
  part: text.nullable(),
  /** The branch or tag; null: none was told. */
  ref: text.nullable(),
  /**
   * `default`: of the project's default branch, which others are compared with; `other`: another branch, a tag, a merge request, or
   * not provably the default branch; `none`: nothing tells of branches at all.
   */
  line: z.enum(['default', 'other', 'none']),
  /** Why it is this line, in words. */
  lineReason: text,
  /** The job that it asks to be compared with; its submitter may read that one. */
  compare: z.uuid().exactOptional(),
});
export type ProjectLine = Readonly<z.infer<typeof projectLineSchema>>;

/** What a request says of its project; nobody vouches for it. */
export interface ProjectOptions {
  readonly project?: string | undefined;
  readonly part?: string | undefined;
  readonly ref?: string | undefined;
  readonly defaultBranch?: string | undefined;
  readonly compare?: string | undefined;
}

/**
 * Kinds of pipelines that run what a branch of the project itself holds. A merge request's pipeline may carry a fork's branch of any name,
 * and so may a pipeline that another one started.
 */
const OWN_PIPELINES: ReadonlySet<string> = new Set(['push', 'schedule', 'web', 'api', 'trigger', 'chat']);

/** A pure function of what the CI job (signed or claimed) and the request tell. A signed word is never overruled. */
export function projectLineOf(context: JobContext | null, options: ProjectOptions): ProjectLine {
  const { project: named, part = null, compare } = options;
  const gitlab = context && gitlabProject(context);
  const isSigned = context?.verified === true;
  const asked = named === undefined ? null : ({ source: 'request', key: `name:${named}`, name: named } as const);
  const told = isSigned ? { ref: context.ref } : { ref: options.ref ?? context?.ref };
  const defaultBranch = options.defaultBranch ?? context?.defaultBranch;
  return {
    project: isSigned ? gitlab : (asked ?? gitlab),
    part,
    ref: told.ref ?? null,
    ...lineOf(context, told.ref, defaultBranch),
    ...(compare === undefined ? {} : { compare }),
  };
}

function gitlabProject(context: JobContext): NonNullable<ProjectLine['project']> {
  const { instance, projectId, projectPath, verified } = context;
  const key = `gitlab:${instance}:${projectId}`;
  return { source: verified ? 'id-token' : 'claim', key, name: projectPath ?? `${instance} ${projectId}` };
}

type Line = Pick<ProjectLine, 'line' | 'lineReason'>;

/** Everything that is in doubt is not the default branch: what is compared with it must be able to rely on it. */
function lineOf(context: JobContext | null, ref: string | undefined, defaultBranch: string | undefined): Line {
  const other = (lineReason: string): Line => ({ line: 'other', lineReason });
  const doubt =
    context === null ? undefined : (doubtOf(context) ?? (context.verified ? unsignedOf(context) : undefined));
  if (doubt !== undefined) return other(doubt);
  if (ref === undefined && context === null && defaultBranch === undefined) {
    return { line: 'none', lineReason: 'nothing tells of a branch' };
  }
  if (ref === undefined) return other('no branch is told');
  if (defaultBranch === undefined) return other('which branch is the default one is not told');
  if (ref !== defaultBranch) return other('it is not the default branch');
  return { line: 'default', lineReason: 'it is the default branch' };
}

function doubtOf({ pipelineSource, mergeRequestId, isOfFork, refType, mismatch }: JobContext): string | undefined {
  if (isOfFork) return 'it runs the code of a fork';
  if (mismatch !== undefined) return 'token and variables name different projects';
  if (mergeRequestId !== undefined) return 'it is of a merge request';
  if (refType === 'tag') return 'it is a tag';
  if (pipelineSource !== undefined && !OWN_PIPELINES.has(pipelineSource)) {
    return `its pipeline is of the kind ${pipelineSource.slice(0, 60)}`;
  }
  return undefined;
}

/** What a token must say for the default branch's line: the branch's name alone is claimed by any fork. */
function unsignedOf({ refProtected, refType, pipelineSource }: JobContext): string | undefined {
  if (pipelineSource === undefined) return 'the token does not tell the kind of pipeline';
  if (refType === undefined) return 'the token does not tell a branch from a tag';
  return refProtected === true
    ? undefined
    : 'the branch is not protected, so its token does not show it to be the default one';
}
