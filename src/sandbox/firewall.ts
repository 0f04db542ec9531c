import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { SandboxError } from './errors.js';

const run = promisify(execFile);

const CHAIN = 'PACKWARDEN';
/** Bridges of sandboxes are told by their name's beginning; Linux allows 15 characters. */
const BRIDGE_PREFIX = 'pw-';
/** `-w`: another program may hold the lock, Docker for one. */
const IPTABLES = ['-w', '10'];

/** A name for a job's bridge, which the firewall's rules match. */
export function bridgeName(jobId: string): string {
  return `${BRIDGE_PREFIX}${jobId.replaceAll('-', '').slice(0, 12)}`;
}

/**
 * An internal network keeps a container off other machines, not off this one: whatever listens here on all addresses
 * (databases, the engine's API, another job's gateway) answers it. So from a sandbox's bridge only the proxy and the
 * resolver on that bridge's own address are let in. The rules are made once and stay; they match nothing else.
 * @throws SandboxError `docker-failed` without the right to, or without iptables
 */
export async function protectHost(proxyPort: number, dnsPort: number): Promise<void> {
  const ownAddress = ['-m', 'addrtype', '--dst-type', 'LOCAL', '--limit-iface-in'];
  const tcp = ['-p', 'tcp', '-m', 'multiport', '--dports', `${proxyPort},${dnsPort}`];
  try {
    await iptables('-N', CHAIN).catch(() => undefined);
    await ensure(CHAIN, '-A', [...ownAddress, ...tcp, '-j', 'ACCEPT']);
    await ensure(CHAIN, '-A', [...ownAddress, '-p', 'udp', '--dport', String(dnsPort), '-j', 'ACCEPT']);
    await ensure(CHAIN, '-A', ['-j', 'REJECT']);
    await ensure('INPUT', '-I', ['-i', `${BRIDGE_PREFIX}+`, '-j', CHAIN]);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.trim() : String(cause);
    throw new SandboxError('docker-failed', `the firewall rules could not be made: ${reason}`, { cause });
  }
}

/** A rule that is there already is left in its place: flushing would open the host to the sandboxes that run now. */
async function ensure(chain: string, how: '-A' | '-I', rule: readonly string[]): Promise<void> {
  await iptables('-C', chain, ...rule).catch(() => iptables(how, chain, ...rule));
}

async function iptables(...args: readonly string[]): Promise<void> {
  await run('iptables', [...IPTABLES, ...args], { timeout: 15_000 });
}
