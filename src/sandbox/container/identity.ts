import type { SandboxPlan } from '../../jobs/ports.js';

/** The project's user in the image, for every step that runs code of the project or of a package. */
export const CI_USER = '1000:1000';
/**
 * The same user in another group, for steps that run no code of the project or of a package. A process without capabilities can't change
 * its group, and the kernel does not let processes of other groups access its memory (ptrace(2), "Ptrace access mode checking"). So the
 * rules can exclude these steps (`packwarden_fetching`), and nothing that a package starts can pose as one.
 */
export const FETCH_USER = '1000:2000';
/** The user of pid 1. The project's processes can't send it signals. */
export const KEEPER_USER = '65534:65534';
/** The job's id, on everything created for it on the engine. */
export const JOB_LABEL = 'packwarden.job';
const ATTEMPT_LABEL = 'packwarden.attempt';
/** The worker that created it: when a worker starts, it removes what an earlier one with its name left behind. */
export const INSTANCE_LABEL = 'packwarden.instance';

/** A job's containers and networks are found by name and by label. */
export function nameOf(jobId: string): string {
  return `runner-${jobId}`;
}

/** The labels of everything created on the engine for an attempt of a job. */
export function labelsOf(plan: SandboxPlan, instance: string): Record<string, string> {
  return { [JOB_LABEL]: plan.jobId, [ATTEMPT_LABEL]: String(plan.attempt), [INSTANCE_LABEL]: instance };
}

/** Runs a command without the system calls that no install needs (`image/confine.c`). */
export const CONFINE = '/opt/ci/confine';
