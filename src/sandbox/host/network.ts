import type Docker from 'dockerode';
import { inTime, made } from '../container/docker-call.js';
import { nameOf } from '../container/identity.js';
import { SandboxError } from '../errors.js';
import { bridgeName } from './firewall.js';

/** A job's own network. */
export interface JobNetwork {
  readonly id: string;
  /** IPv4 address of the host on this network. */
  readonly gateway: string;
}

/** Creates a network from which the engine forwards nothing. @throws SandboxError */
export async function createNetwork(
  docker: Docker,
  jobId: string,
  labels: Record<string, string>,
): Promise<JobNetwork> {
  const name = nameOf(jobId);
  const options = {
    Name: name,
    Driver: 'bridge',
    Internal: true,
    EnableIPv6: false,
    Labels: labels,
    Options: { 'com.docker.network.bridge.name': bridgeName(jobId) },
  };
  const network = await made('creating a network', docker.createNetwork(options), (late) => late.remove());
  const { IPAM } = await inTime('asking for a network', network.inspect());
  const gateway: unknown = IPAM?.Config?.[0]?.Gateway;
  if (typeof gateway !== 'string' || gateway === '') {
    throw new SandboxError('docker-failed', `the network ${name} has no gateway address`);
  }
  // Some engines include the prefix length.
  return { id: network.id, gateway: gateway.replace(/\/\d+$/, '') };
}
