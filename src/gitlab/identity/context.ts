import { z } from 'zod';

const id = z.string().regex(/^\d{1,20}$/);
const text = z.string().max(1024);

/** The CI job that made a submission. Ids are the texts of their digits. Contains no secret. */
export const jobContextSchema = z.object({
  /** True: signed by the GitLab instance. False: claimed by the submitter. */
  verified: z.boolean(),
  instance: text,
  /** The project in which the job runs: for a merge request from a fork that is not the fork. */
  projectId: id,
  projectPath: text.optional(),
  namespaceId: id.optional(),
  namespacePath: text.optional(),
  jobId: id.optional(),
  pipelineId: id.optional(),
  pipelineSource: text.optional(),
  userId: id.optional(),
  userLogin: text.optional(),
  runnerId: id.optional(),
  mergeRequestId: id.optional(),
  sha: text.optional(),
  ref: text.optional(),
  refType: z.enum(['branch', 'tag']).optional(),
  /** Claimed: tokens don't contain it. */
  defaultBranch: text.optional(),
  /** Whether it runs a fork's code in this project, as far as the token tells (GitLab 18.4). */
  isOfFork: z.literal(true).optional(),
  refProtected: z.boolean().optional(),
  environment: text.optional(),
  jobUrl: text.optional(),
  /** Milliseconds since the epoch. */
  startedAt: z.number().optional(),
  /** Addresses that this service saw the job use. */
  addresses: z.array(z.string()),
  /** The project ids, if the token and the claimed variables differ. */
  mismatch: z.object({ tokenProjectId: id, claimedProjectId: id }).optional(),
});
export type JobContext = Readonly<z.infer<typeof jobContextSchema>>;

/** The paths above a project, nearest first: `a/b/c` → `a/b`, `a`. */
export function ancestorsOf(projectPath: string): readonly string[] {
  const parts = projectPath.split('/').slice(0, -1);
  return parts.map((_part, index) => parts.slice(0, parts.length - index).join('/'));
}
