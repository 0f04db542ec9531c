import type { Logger } from 'pino';
import { messageOf } from '../errors/message.js';
import type { RegistryCache } from './cache/port.js';
import type { DataNames } from './content/data-names.js';
import { HostNameStats } from './content/host-name-stats.js';
import type { SandboxIdentity } from './content/identity.js';
import { Inspector } from './content/inspector.js';
import { type EgressLeak, LeakLog } from './content/leak.js';
import { Reader } from './content/reading.js';
import { type PlantedSecret, SecretMatcher } from './content/secrets/secret-matcher.js';
import { openDoor, type ProxyCaps } from './doors/door.js';
import { Gatekeeper } from './doors/gatekeeper.js';
import { InsideServer } from './doors/inside.js';
import { GATEWAY_PORTS, type GatewayPorts } from './doors/ports.js';
import { openResponder } from './doors/responder.js';
import { openTransparentDoor } from './doors/transparent.js';
import { GatewayError } from './errors.js';
import { Ledger } from './ledger.js';
import type { EgressMode } from './mode.js';
import { compilePolicy, type EgressPolicy } from './policy.js';
import type { EgressRecord } from './record.js';
import { type RegistryAsk, RegistryAskLog } from './registry/asks.js';
import { CachedSource } from './registry/cached-source.js';
import type { KnownRegistry } from './registry/known-registry.js';
import { OutageLog, type RegistryOutage } from './registry/outages.js';
import { openRegistryMitms } from './registry/registry-mitm.js';
import { UpstreamSource } from './registry/upstream-source.js';
import { Authority } from './upstream/authority.js';
import type { UpstreamProxy } from './upstream/dial.js';
import { Dialer, type Resolve, resolveByHost } from './upstream/dialer.js';
import { Exchange } from './upstream/exchange.js';
import type { Sink } from './upstream/sink.js';
import { Traffic, type TrafficCaps } from './upstream/traffic.js';
import { trusting } from './upstream/upstream.js';

/** Limits for one sandbox. */
export interface GatewayCaps extends ProxyCaps, TrafficCaps {
  /** How many distinct destinations are recorded individually. */
  readonly records: number;
  /** How many names may be resolved at the same time. */
  readonly lookups: number;
}

/** Generous even for the largest installs; npm opens 15 connections. */
const DEFAULT_CAPS: GatewayCaps = {
  connections: 256,
  idleMs: 60_000,
  idleBytes: 512,
  headMs: 10_000,
  dialMs: 10_000,
  refusedBytes: 1024 ** 2,
  refusedMs: 2_000,
  refusedTotalMs: 30_000,
  bytes: 4 * 1024 ** 3,
  connectionBytes: 2 * 1024 ** 3,
  connectionMs: 900_000,
  records: 1_000,
  lookups: 16,
};

/** Options of `openGateway`. */
export interface GatewayOptions {
  /** The gateway address of the job's internal Docker network. The gateway listens only on this address. */
  readonly address: string;
  readonly policy: EgressPolicy;
  readonly clock: { now(): number };
  readonly logger: Logger;
  readonly caps?: Partial<GatewayCaps>;
  /** 0 for an ephemeral one. @defaultValue `GATEWAY_PORTS` */
  readonly ports?: GatewayPorts;
  /**
   * Whether the sandbox's traffic to ports 443 and 80 of the address is redirected here; then every name resolves to this address.
   * @defaultValue true
   */
  readonly isTransparent?: boolean;
  /** @defaultValue the host's resolver */
  readonly resolve?: Resolve;
  /** Secrets planted in the sandbox, which must not leave it. */
  readonly secrets?: readonly PlantedSecret[];
  /** Identifies the sandbox itself in outgoing data. */
  readonly identity?: SandboxIdentity;
  /** Registries, which may only be asked for packages, and whose credentials the gateway adds. */
  readonly registries?: readonly KnownRegistry[];
  /** Answers on behalf of refused hosts. @defaultValue none: the connection is refused */
  readonly sink?: Sink | undefined;
  /** PEM: certificate authorities trusted for upstream connections, in addition to the public ones. */
  readonly ca?: string | undefined;
  /** The worker's cache, shared by its jobs; it answers registry requests. */
  readonly cache?: RegistryCache | undefined;
  /** A proxy through which all permitted traffic is sent. */
  readonly upstream?: UpstreamProxy | undefined;
}

/**
 * The only way out of one sandbox, provided that the sandbox's network can't reach the host itself: Docker's `internal` only blocks
 * forwarded traffic, so the host's services stay reachable at every address of its bridges (measured on 20.10).
 */
export interface Gateway {
  readonly ports: GatewayPorts;
  readonly mode: EgressMode;
  /** PEM: the certificate authority that programs in the sandbox must trust, since the gateway terminates TLS for every host. */
  readonly authority: string;
  /** All attempts so far, with their byte counts. */
  records(): readonly EgressRecord[];
  /** Planted secrets that the sandbox tried to send, whether permitted or not. */
  leaks(): readonly EgressLeak[];
  /** Host names that look like encoded data, grouped by parent domain. */
  dataNames(): readonly DataNames[];
  /** Packages that were requested from the registries. */
  asks(): readonly RegistryAsk[];
  /** Requests that a registry failed to answer. */
  outages(): readonly RegistryOutage[];
  /** Number of bodies that exceeded the job's inspection limit. */
  unreadBodies(): number;
  /** Closes every connection. Idempotent. */
  close(): Promise<void>;
}

/**
 * How often the traffic allowance is checked. Traffic between two checks can exceed it, by about 25 MB if a fast local upstream floods the
 * sandbox.
 */
const SETTLE_MS = 50;

/** @throws GatewayError `bad-pattern`, `weak-secret`; `listen-failed` when the address does not exist or a port is in use */
export async function openGateway(options: GatewayOptions): Promise<Gateway> {
  const { address, logger, ports = GATEWAY_PORTS, isTransparent = true } = options;
  const parts = partsOf(options);
  const { ledger, leaks, hostNames, traffic, authority, source, asks, outages, reader } = parts;
  const open: (() => Promise<void>)[] = [];
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= undoAll(open);
    return closing;
  };
  try {
    const opening = openDoor({ ...parts, address, port: ports.proxy });
    const door = await listening(opening, `proxy on ${address}`);
    open.push(async () => {
      source.close();
      await door.close();
    });
    const secureDoor = await listening(
      openTransparentDoor({ ...parts, address, port: ports.https, asked: 443 }),
      `https on ${address}`,
    );
    open.push(() => secureDoor.close());
    const plainDoor = await listening(
      openTransparentDoor({ ...parts, address, port: ports.http, asked: 80 }),
      `http on ${address}`,
    );
    open.push(() => plainDoor.close());
    const dns = await listening(
      openResponder({ ...parts, address, port: ports.dns, isTransparent, logger }),
      `dns on ${address}`,
    );
    open.push(() => new Promise((resolve) => dns.close(resolve)));
    const settling = setInterval(() => traffic.settle(), SETTLE_MS);
    open.push(async () => {
      clearInterval(settling);
      traffic.settle();
      traffic.destroy();
    });
    return {
      ports: { proxy: door.port, dns: dns.address().port, https: secureDoor.port, http: plainDoor.port },
      mode: options.policy.mode,
      authority: authority.cert,
      records: () => recordsOf(ledger, traffic),
      leaks: () => leaks.leaks(),
      dataNames: () => hostNames.dataNames(),
      asks: () => asks.asks(),
      outages: () => outages.outages(),
      unreadBodies: () => reader.unread,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Everything behind the listeners. */
function partsOf(options: GatewayOptions) {
  const { clock, upstream, ca, cache, resolve = resolveByHost, secrets = [], registries = [], sink } = options;
  const caps = { ...DEFAULT_CAPS, ...options.caps };
  const now = (): number => clock.now();
  const ledger = new Ledger(caps.records, now);
  const leaks = new LeakLog(now);
  const hostNames = new HostNameStats(now);
  const inspector = new Inspector(new SecretMatcher(secrets), leaks, hostNames, options.identity);
  const traffic = new Traffic(caps, now);
  const dialer = new Dialer(resolve, caps.lookups, now);
  const policy = compilePolicy(options.policy);
  const hasUpstream = upstream !== undefined;
  const gatekeeper = new Gatekeeper({ policy, dialer, ledger, traffic, inspector, hasUpstream });
  const reader = new Reader({ gatekeeper, inspector, now });
  const connections = { traffic, caps, upstream };
  const upstreamOptions = { ...connections, trust: trusting(ca) };
  const upstreamSource = new UpstreamSource(upstreamOptions);
  const source = cache === undefined ? upstreamSource : new CachedSource(upstreamSource, cache, gatekeeper);
  const asks = new RegistryAskLog(now);
  const outages = new OutageLog();
  const registryMitms = openRegistryMitms({ registries, source, asks, outages, gatekeeper, inspector, reader, caps });
  const exchange = new Exchange({ upstreamOptions, reader, gatekeeper, inspector, registryMitms, sink, caps });
  const inside = new InsideServer({ exchange, gatekeeper, inspector, reader, caps });
  const authority = new Authority(now());
  const evidence = { ledger, leaks, hostNames, traffic, gatekeeper, inspector };
  return {
    ...evidence,
    reader,
    authority,
    asks,
    outages,
    source,
    exchange,
    inside,
    outbound: connections,
    caps,
    isSinking: sink !== undefined,
  };
}

async function undoAll(open: readonly (() => Promise<void>)[]): Promise<void> {
  for (const undo of open.toReversed()) await undo();
}

function recordsOf(ledger: Ledger, traffic: Traffic): readonly EgressRecord[] {
  traffic.settle();
  return ledger.records();
}

async function listening<T>(opening: Promise<T>, what: string): Promise<T> {
  try {
    return await opening;
  } catch (cause) {
    const reason = messageOf(cause);
    throw new GatewayError('listen-failed', `cannot listen: ${what}: ${reason}`, { cause });
  }
}
