import type Docker from 'dockerode';
import { inTime, removed } from './docker-call.js';
import { INSTANCE_LABEL, JOB_LABEL } from './identity.js';

function byLabel(label: string) {
  return { filters: { label: [label] } };
}

/** Removes the containers, then the volumes and networks, with a label (`name=value`). Resolves with the jobs they belonged to. */
async function removeLabelled(
  docker: Docker,
  label: string,
  isLeftover: (jobId: string) => boolean,
): Promise<ReadonlySet<string>> {
  const jobs = new Set<string>();
  const isRemovable = (labels: Record<string, string> | undefined): boolean => {
    const job = labels?.[JOB_LABEL];
    if (job === undefined || !isLeftover(job)) return false;
    jobs.add(job);
    return true;
  };
  const containers = await inTime('listing containers', docker.listContainers({ all: true, ...byLabel(label) }));
  for (const { Id, Labels } of containers) {
    if (isRemovable(Labels)) await removeContainer(docker, Id);
  }
  const { Volumes } = await inTime('listing volumes', docker.listVolumes(byLabel(label)));
  // Actually null if there are none, despite the type.
  for (const { Name, Labels } of Volumes ?? []) {
    if (isRemovable(Labels)) await removed('removing a volume', docker.getVolume(Name).remove());
  }
  const networks = await inTime('listing networks', docker.listNetworks(byLabel(label)));
  for (const { Id, Labels } of networks) {
    if (isRemovable(Labels)) await removed('removing a network', docker.getNetwork(Id).remove());
  }
  return jobs;
}

/** Kills the container's processes and removes it. */
export async function removeContainer(docker: Docker, id: string): Promise<void> {
  await removed('removing a container', docker.getContainer(id).remove({ force: true, v: true }));
}

/** Removes everything left by earlier attempts of a job. */
export async function clearJob(docker: Docker, jobId: string): Promise<void> {
  await removeLabelled(docker, `${JOB_LABEL}=${jobId}`, () => true);
}

/** Removes everything with a worker's label that belongs to a job for which `isLeftover` holds. Resolves with the number of such jobs. */
export async function sweepInstance(
  docker: Docker,
  instance: string,
  isLeftover: (jobId: string) => boolean,
): Promise<number> {
  const jobs = await removeLabelled(docker, `${INSTANCE_LABEL}=${instance}`, isLeftover);
  return jobs.size;
}
