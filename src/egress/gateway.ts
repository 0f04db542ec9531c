import type { Logger } from 'pino';
import type { DataNames } from './data-names.js';
import type { UpstreamProxy } from './dial.js';
import { Dialer, type Resolve, resolveByHost } from './dialer.js';
import { GatewayError } from './errors.js';
import { openFronts, type RegistryFront } from './front.js';
import { Gatekeeper } from './gatekeeper.js';
import { Inspector } from './inspector.js';
import { type EgressLeak, LeakLog } from './leak.js';
import { Ledger } from './ledger.js';
import type { EgressMode } from './mode.js';
import { NameBook } from './name-book.js';
import { compilePolicy, type EgressPolicy } from './policy.js';
import { openProxy, type ProxyCaps } from './proxy.js';
import type { EgressRecord } from './record.js';
import type { GatewayIdentity, PrivateRegistry } from './registry.js';
import { openResponder } from './responder.js';
import { type PlantedSecret, SecretMatcher } from './secret-matcher.js';
import { Traffic, type TrafficCaps } from './traffic.js';

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
  /** @defaultValue 3128, which `rules/` know as expected; 0 for an ephemeral one */
  readonly proxyPort?: number;
  /** @defaultValue 53, which is where `--dns` sends; 0 for an ephemeral one */
  readonly dnsPort?: number;
  /** @defaultValue the host's resolver */
  readonly resolve?: Resolve;
  /** What was planted in the sandbox and must not leave it. */
  readonly secrets?: readonly PlantedSecret[];
  /** Registries whose credentials are added on the way, and what the sandbox knows the gateway by. */
  readonly registries?: { readonly known: readonly PrivateRegistry[]; readonly identity: GatewayIdentity };
  /** PEM: authorities beside the public ones, for the registries' certificates. */
  readonly ca?: string | undefined;
  /** Another proxy that everything permitted goes through. */
  readonly upstream?: UpstreamProxy | undefined;
}

/**
 * The only way out of one sandbox, given that the host itself is closed to its network: Docker's `internal` stops only
 * what is forwarded, and the host's services stay in reach at every address of its bridges (measured on 20.10).
 */
export interface Gateway {
  readonly proxyPort: number;
  readonly dnsPort: number;
  readonly mode: EgressMode;
  /** Every attempt until now, bytes included. */
  records(): readonly EgressRecord[];
  /** Planted secrets that were on their way out, permitted or not. */
  leaks(): readonly EgressLeak[];
  /** Host names that look like data, by parent domain. */
  dataNames(): readonly DataNames[];
  /** Ends every connection. Idempotent. */
  close(): Promise<void>;
}

/** How often the traffic allowance is looked at. What comes in between is over it: some 25 MB of a local far side that floods. */
const SETTLE_MS = 50;

/** @throws GatewayError `bad-pattern`, `weak-secret`; `listen-failed` when the address is not there or a port is taken */
export async function openGateway(options: GatewayOptions): Promise<Gateway> {
  const { address, logger } = options;
  const { caps, ledger, leaks, book, inspector, traffic, outbound, gatekeeper, fronts } = partsOf(options);
  const open: (() => Promise<void>)[] = [];
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= undoAll(open);
    return closing;
  };
  try {
    const proxy = await listening(
      openProxy({ ...outbound, address, port: options.proxyPort ?? 3128, gatekeeper, inspector, fronts, caps }),
      `proxy on ${address}`,
    );
    open.push(async () => {
      for (const front of fronts.values()) front.close();
      await proxy.close(true);
    });
    const dns = await listening(
      openResponder({ address, port: options.dnsPort ?? 53, gatekeeper, logger }),
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
      proxyPort: proxy.port,
      dnsPort: dns.address().port,
      mode: options.policy.mode,
      records: () => recordsOf(ledger, traffic),
      leaks: () => leaks.leaks(),
      dataNames: () => book.dataNames(),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Everything behind the two doors. */
function partsOf(options: GatewayOptions) {
  const { clock, upstream, ca, resolve = resolveByHost, secrets = [], registries } = options;
  const caps = { ...DEFAULT_CAPS, ...options.caps };
  const now = (): number => clock.now();
  const ledger = new Ledger(caps.records, now);
  const leaks = new LeakLog(now);
  const book = new NameBook(now);
  const inspector = new Inspector(new SecretMatcher(secrets), leaks, book);
  const traffic = new Traffic(caps, now);
  const dialer = new Dialer(resolve, caps.lookups, now);
  const policy = compilePolicy(options.policy);
  const hasUpstream = upstream !== undefined;
  const gatekeeper = new Gatekeeper({ policy, dialer, ledger, traffic, inspector, hasUpstream });
  const outbound = { traffic, caps, upstream };
  const fronts: ReadonlyMap<string, RegistryFront> =
    registries === undefined
      ? new Map()
      : openFronts({
          ...outbound,
          registries: registries.known,
          identity: registries.identity,
          ca,
          gatekeeper,
          inspector,
        });
  return { caps, ledger, leaks, book, inspector, traffic, outbound, gatekeeper, fronts };
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
