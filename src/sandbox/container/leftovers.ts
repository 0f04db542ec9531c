import type Docker from 'dockerode';
import { inTime, removed } from './docker-call.js';
import { INSTANCE_LABEL, JOB_LABEL } from './identity.js';

function byLabel(label: string) {
  return { filters: { label: [label] } };
}

/** Removes the containers, then the volumes and networks, that carry a label (`name=value`). Resolves with the jobs they were of. */
async function removeLabelled(
  docker: Docker,
  label: string,
  isLeftover: (jobId: string) => boolean,
): Promise<ReadonlySet<string>> {
  const jobs = new Set<string>();
  const mine = (labels: Record<string, string> | undefined): boolean => {
    const job = labels?.[JOB_LABEL];
    if (job === undefined || !isLeftover(job)) return false;
    jobs.add(job);
    return true;
  };
  const containers = await inTime('listing containers', docker.listContainers({ all: true, ...byLabel(label) }));
  for (const { Id, Labels } of containers) {
    if (mine(Labels)) await removeContainer(docker, Id);
  }
  const { Volumes } = await inTime('listing volumes', docker.listVolumes(byLabel(label)));
  // Null, in truth, when there is none.
  for (const { Name, Labels } of Volumes ?? []) {
    if (mine(Labels)) await removed('removing a volume', docker.getVolume(Name).remove());
  }
  const networks = await inTime('listing networks', docker.listNetworks(byLabel(label)));
  for (const { Id, Labels } of networks) {
    if (mine(Labels)) await removed('removing a network', docker.getNetwork(Id).remove());
  }
  return jobs;
}

/** Kills what runs in it, and removes it. */
export async function removeContainer(docker: Docker, id: string): Promise<void> {
  await removed('removing a container', docker.getContainer(id).remove({ force: true, v: true }));
}

/** Removes whatever earlier tries of a job left. */
export async function clearJob(docker: Docker, jobId: string): Promise<void> {
  await removeLabelled(docker, `${JOB_LABEL}=${jobId}`, () => true);
}

/** Removes what carries a worker's label and is of a job that `isLeftover`. Resolves with of how many jobs there was something. */
export async function sweepInstance(
  docker: Docker,
  instance: string,
  isLeftover: (jobId: string) => boolean,
): Promise<number> {
  const jobs = await removeLabelled(docker, `${INSTANCE_LABEL}=${instance}`, isLeftover);
  return jobs.size;
}
