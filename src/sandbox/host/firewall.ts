import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { GatewayPorts } from '../../egress/doors/ports.js';
import { SandboxError } from '../errors.js';

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

/** What is meant for the machine itself, at the address of the bridge that it came by. */
const TO_GATEWAY = ['-m', 'addrtype', '--dst-type', 'LOCAL', '--limit-iface-in'];
const FROM_SANDBOX = ['-i', `${BRIDGE_PREFIX}+`];

/**
 * An internal network keeps a container off other machines, not off this one: whatever listens here on all addresses
 * (databases, the engine's API, another job's gateway) answers it. So from a sandbox's bridge only the gateway on that bridge's own address
 * is let in. The rules are made once and stay; they match nothing else.
 * @throws SandboxError `docker-failed` without the right to, or without iptables
 */
export async function protectHost({ proxy, dns, https, http }: GatewayPorts): Promise<void> {
  const tcp = ['-p', 'tcp', '-m', 'multiport', '--dports', [proxy, dns, https, http].join()];
  await made(async () => {
    await iptables('-N', CHAIN).catch(() => undefined);
    // Before the last rule, which an earlier version may have made.
    await ensure('filter', CHAIN, '-I', [...TO_GATEWAY, ...tcp, '-j', 'ACCEPT']);
    await ensure('filter', CHAIN, '-I', [...TO_GATEWAY, '-p', 'udp', '--dport', String(dns), '-j', 'ACCEPT']);
    await ensure('filter', CHAIN, '-A', ['-j', 'REJECT']);
    await ensure('filter', 'INPUT', '-I', [...FROM_SANDBOX, '-j', CHAIN]);
  });
}

/**
 * What asks for ports 443 and 80 of a bridge's address is led to the gateway's own ports for these, before the engine sends it to a container
 * that has published them, and although a web server of the machine may have them. @throws SandboxError like `protectHost`
 */
export async function leadToGateway({ https, http }: GatewayPorts): Promise<void> {
  await made(async () => {
    await ensure('nat', 'PREROUTING', '-I', redirect(443, https));
    await ensure('nat', 'PREROUTING', '-I', redirect(80, http));
  });
}

async function made(making: () => Promise<void>): Promise<void> {
  try {
    await making();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.trim() : String(cause);
    throw new SandboxError('docker-failed', `the firewall rules could not be made: ${reason}`, { cause });
  }
}

function redirect(from: number, to: number): readonly string[] {
  const tcp = ['-p', 'tcp', '--dport', String(from)];
  return [...FROM_SANDBOX, ...tcp, ...TO_GATEWAY, '-j', 'REDIRECT', '--to-ports', String(to)];
}

/** A rule that is there already is left in its place: flushing would open the host to the sandboxes that run now. */
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
