import type { SandboxPlan } from '../jobs/ports.js';

/** The project's user in the image. */
export const CI_USER = '1000:1000';
/** Who pid 1 runs as: nobody that the project's processes could send a signal to. */
export const KEEPER_USER = '65534:65534';
/** Of the sandbox's user; the image has it too (`image/Dockerfile`). */
export const HOME = '/home/ci';
/** Where archives are unpacked. */
export const PROJECT = `${HOME}/project`;
/** The certificate authorities of a sandbox that has some of its own. */
export const CA_FILE = `${HOME}/.config/packwarden/ca.pem`;

/** The job's id, on everything that was made for it at the engine. */
export const JOB_LABEL = 'packwarden.job';
const ATTEMPT_LABEL = 'packwarden.attempt';
/** The worker it is for: at its start a worker removes what an earlier one of that name left. */
export const INSTANCE_LABEL = 'packwarden.instance';

/** Containers and networks of a job are found by name and by label, whoever made them. */
export function nameOf(jobId: string): string {
  return `packwarden-${jobId}`;
}

/** The labels of everything that is made at the engine for a try of a job. */
export function labelsOf(plan: SandboxPlan, instance: string): Record<string, string> {
  return { [JOB_LABEL]: plan.jobId, [ATTEMPT_LABEL]: String(plan.attempt), [INSTANCE_LABEL]: instance };
}

/** Runs a command without the system calls that no install needs (`image/confine.c`). */
export const CONFINE = '/opt/packwarden/confine';
