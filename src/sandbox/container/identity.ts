import type { SandboxPlan } from '../../jobs/ports.js';

/** The project's user in the image: every step in which code of the project or of a package runs. */
export const CI_USER = '1000:1000';
/**
 * The same user in a group of its own: the steps in which no code of the project or of a package runs. A process without
 * capabilities can't change its group, and the kernel lets no process of another group into its memory (ptrace(2), "Ptrace access
 * mode checking"), so the rules may leave such steps out (`packwarden_fetching`) and nothing that a package starts can be taken for one.
 */
export const FETCH_USER = '1000:2000';
/** Who pid 1 runs as: nobody that the project's processes could send a signal to. */
export const KEEPER_USER = '65534:65534';
/** The job's id, on everything that was made for it at the engine. */
export const JOB_LABEL = 'packwarden.job';
const ATTEMPT_LABEL = 'packwarden.attempt';
/** The worker it is for: at its start a worker removes what an earlier one of that name left. */
export const INSTANCE_LABEL = 'packwarden.instance';

/** Containers and networks of a job are found by name and by label, whoever made them. */
export function nameOf(jobId: string): string {
  return `runner-${jobId}`;
}

/** The labels of everything that is made at the engine for a try of a job. */
export function labelsOf(plan: SandboxPlan, instance: string): Record<string, string> {
  return { [JOB_LABEL]: plan.jobId, [ATTEMPT_LABEL]: String(plan.attempt), [INSTANCE_LABEL]: instance };
}

/** Runs a command without the system calls that no install needs (`image/confine.c`). */
export const CONFINE = '/opt/ci/confine';
