import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { GatewayPorts } from '../../egress/doors/ports.js';
import { messageOf } from '../../errors/message.js';
import { SandboxError } from '../errors.js';

const run = promisify(execFile);

const CHAIN = 'PACKWARDEN';
/** The prefix by which the rules recognize the bridges of sandboxes; Linux allows 15 characters. */
const BRIDGE_PREFIX = 'pw-';
/** `-w`: wait for the lock, which another program (such as Docker) may hold. */
const IPTABLES = ['-w', '10'];

/** A name for a job's bridge, which the firewall's rules match. */
export function bridgeName(jobId: string): string {
  return `${BRIDGE_PREFIX}${jobId.replaceAll('-', '').slice(0, 12)}`;
}

/** Matches packets for this machine at the address of the bridge through which they arrived. */
const TO_GATEWAY = ['-m', 'addrtype', '--dst-type', 'LOCAL', '--limit-iface-in'];
const FROM_SANDBOX = ['-i', `${BRIDGE_PREFIX}+`];

/**
 * An internal network isolates a container from other machines, but not from this one: services that listen here on all addresses
 * (databases, the engine's API, another job's gateway) would be reachable. So a sandbox's bridge only accepts traffic to the gateway at the
 * bridge's own address. The rules are added once and stay; they match nothing else.
 *
 * @throws SandboxError `docker-failed` without the necessary privileges, or without iptables
 */
export async function protectHost({ proxy, dns, https, http }: GatewayPorts): Promise<void> {
  const tcp = ['-p', 'tcp', '-m', 'multiport', '--dports', [proxy, dns, https, http].join()];
  await configure(async () => {
    await iptables('-N', CHAIN).catch(() => undefined);
    // Inserted before the last rule, which an earlier version may have added.
    await ensure('filter', CHAIN, '-I', [...TO_GATEWAY, ...tcp, '-j', 'ACCEPT']);
    await ensure('filter', CHAIN, '-I', [...TO_GATEWAY, '-p', 'udp', '--dport', String(dns), '-j', 'ACCEPT']);
    await ensure('filter', CHAIN, '-A', ['-j', 'REJECT']);
    await ensure('filter', 'INPUT', '-I', [...FROM_SANDBOX, '-j', CHAIN]);
  });
}

/**
 * Redirects connections to ports 443 and 80 of a bridge's address to the gateway's own ports. This takes precedence over containers that
 * publish these ports, and works even if a web server on the machine uses them. @throws SandboxError like `protectHost`
 */
export async function redirectToGateway({ https, http }: GatewayPorts): Promise<void> {
  await configure(async () => {
    await ensure('nat', 'PREROUTING', '-I', redirect(443, https));
    await ensure('nat', 'PREROUTING', '-I', redirect(80, http));
  });
}

async function configure(making: () => Promise<void>): Promise<void> {
  try {
    await making();
  } catch (cause) {
    const reason = messageOf(cause).trim();
    throw new SandboxError('docker-failed', `the firewall rules could not be added: ${reason}`, { cause });
  }
}

function redirect(from: number, to: number): readonly string[] {
  const tcp = ['-p', 'tcp', '--dport', String(from)];
  return [...FROM_SANDBOX, ...tcp, ...TO_GATEWAY, '-j', 'REDIRECT', '--to-ports', String(to)];
}

/** An existing rule is left in place: flushing would expose the host to the sandboxes that are running. */
async function ensure(
  table: 'filter' | 'nat',
  chain: string,
  how: '-A' | '-I',
  rule: readonly string[],
): Promise<void> {
  await iptables('-t', table, '-C', chain, ...rule).catch(() => iptables('-t', table, how, chain, ...rule));
}

async function iptables(...args: readonly string[]): Promise<void> {
  await run('iptables', [...IPTABLES, ...args], { timeout: 15_000 });
}
