import type { Logger } from 'pino';
import type { RegistryCache } from './cache/port.js';
import type { DataNames } from './content/data-names.js';
import { HostNameStats } from './content/host-name-stats.js';
import type { SandboxIdentity } from './content/identity.js';
import { Inspector } from './content/inspector.js';
import { type EgressLeak, LeakLog } from './content/leak.js';
import { Reader } from './content/reading.js';
import { type PlantedSecret, SecretMatcher } from './content/secret-matcher.js';
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
import { AskBook, type RegistryAsk } from './registry/asks.js';
import { CachedSource } from './registry/cached-source.js';
import type { KnownRegistry } from './registry/known-registry.js';
import { OutageBook, type RegistryOutage } from './registry/outages.js';
import { openFronts } from './registry/registry-mitm.js';
import { UpstreamSource } from './registry/upstream-source.js';
import { Authority } from './upstream/authority.js';
import type { UpstreamProxy } from './upstream/dial.js';
import { Dialer, type Resolve, resolveByHost } from './upstream/dialer.js';
import { Exchange } from './upstream/exchange.js';
import type { Sink } from './upstream/sink.js';
import { Traffic, type TrafficCaps } from './upstream/traffic.js';
import { trusting } from './upstream/upstream.js';

/** What one sandbox may cost its gateway. */
export interface GatewayCaps extends ProxyCaps, TrafficCaps {
  /** Distinct destinations that are recorded one by one. */
  readonly records: number;
  /** Names that are being resolved at a time. */
  readonly lookups: number;
}

/** Ample for the largest installs; npm opens 15 connections. */
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

/** What `openGateway` needs. */
export interface GatewayOptions {
  /** The gateway address of the job's internal Docker network; nothing else is listened on. */
  readonly address: string;
  readonly policy: EgressPolicy;
  readonly clock: { now(): number };
  readonly logger: Logger;
  readonly caps?: Partial<GatewayCaps>;
  /** 0 for an ephemeral one. @defaultValue `GATEWAY_PORTS` */
  readonly ports?: GatewayPorts;
  /** Whether what sandboxes send to ports 443 and 80 of the address comes in: then every name leads here. @defaultValue true */
  readonly isTransparent?: boolean;
  /** @defaultValue the host's resolver */
  readonly resolve?: Resolve;
  /** What was planted in the sandbox and must not leave it. */
  readonly secrets?: readonly PlantedSecret[];
  /** By what the sandbox itself is recognised in what leaves. */
  readonly identity?: SandboxIdentity;
  /** Registries that are asked for packages and nothing else, and whose credentials are added on the way. */
  readonly registries?: readonly KnownRegistry[];
  /** What is answered in the place of a refused host. @defaultValue nothing: it is refused at the door */
  readonly sink?: Sink | undefined;
  /** PEM: authorities beside the public ones, for certificates of the outside. */
  readonly ca?: string | undefined;
  /** Of the worker, shared by its jobs: what is asked of the registries is answered by it. */
  readonly cache?: RegistryCache | undefined;
  /** Another proxy that everything permitted goes through. */
  readonly upstream?: UpstreamProxy | undefined;
}

/**
 * The only way out of one sandbox, given that the host itself is closed to its network: Docker's `internal` stops only
 * what is forwarded, and the host's services stay in reach at every address of its bridges (measured on 20.10).
 */
export interface Gateway {
  readonly ports: GatewayPorts;
  readonly mode: EgressMode;
  /** PEM: whom the programs in the sandbox must trust, for the gateway speaks for every host. */
  readonly authority: string;
  /** Every attempt until now, bytes included. */
  records(): readonly EgressRecord[];
  /** Planted secrets that were on their way out, permitted or not. */
  leaks(): readonly EgressLeak[];
  /** Host names that look like data, by parent domain. */
  dataNames(): readonly DataNames[];
  /** The packages that the registries were asked for. */
  asks(): readonly RegistryAsk[];
  /** What the registries were asked for and did not give. */
  outages(): readonly RegistryOutage[];
  /** Bodies that were more than is read of one job. */
  unreadBodies(): number;
  /** Ends every connection. Idempotent. */
  close(): Promise<void>;
}

/** How often the traffic allowance is looked at. What comes in between is over it: some 25 MB of a local far side that floods. */
const SETTLE_MS = 50;

/** @throws GatewayError `bad-pattern`, `weak-secret`; `listen-failed` when the address is not there or a port is taken */
export async function openGateway(options: GatewayOptions): Promise<Gateway> {
  const { address, logger, ports = GATEWAY_PORTS, isTransparent = true } = options;
  const parts = partsOf(options);
  const { ledger, leaks, book, traffic, authority, source, asks, outages, reader } = parts;
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
      dataNames: () => book.dataNames(),
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

/** Everything behind the doors. */
function partsOf(options: GatewayOptions) {
  const { clock, upstream, ca, cache, resolve = resolveByHost, secrets = [], registries = [], sink } = options;
  const caps = { ...DEFAULT_CAPS, ...options.caps };
  const now = (): number => clock.now();
  const ledger = new Ledger(caps.records, now);
  const leaks = new LeakLog(now);
  const book = new HostNameStats(now);
  const inspector = new Inspector(new SecretMatcher(secrets), leaks, book, options.identity);
  const traffic = new Traffic(caps, now);
  const dialer = new Dialer(resolve, caps.lookups, now);
  const policy = compilePolicy(options.policy);
  const hasUpstream = upstream !== undefined;
  const gatekeeper = new Gatekeeper({ policy, dialer, ledger, traffic, inspector, hasUpstream });
  const reader = new Reader({ gatekeeper, inspector, now });
  const outbound = { traffic, caps, upstream };
  const far = { ...outbound, trust: trusting(ca) };
  const asking = new UpstreamSource(far);
  const source = cache === undefined ? asking : new CachedSource(asking, cache, gatekeeper);
  const asks = new AskBook(now);
  const outages = new OutageBook();
  const fronts = openFronts({ registries, source, asks, outages, gatekeeper, inspector, reader, caps });
  const exchange = new Exchange({ far, reader, gatekeeper, inspector, fronts, sink, caps });
  const inside = new InsideServer({ exchange, gatekeeper, inspector, reader, caps });
  const authority = new Authority(now());
  const judged = { ledger, leaks, book, traffic, gatekeeper, inspector };
  return {
    ...judged,
    reader,
    authority,
    asks,
    outages,
    source,
    exchange,
    inside,
    outbound,
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
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new GatewayError('listen-failed', `cannot listen: ${what}: ${reason}`, { cause });
  }
}
