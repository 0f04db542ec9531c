import type { Socket } from 'node:net';
import type { Inspector } from '../content/inspector.js';
import type { Destination } from '../destination.js';
import type { Permitted } from '../registry/registry-mitm.js';
import { dial, type OutboundOptions } from '../upstream/dial.js';
import type { Exchange } from '../upstream/exchange.js';
import type { RestCaps } from '../upstream/rest.js';
import { detectProtocol } from './carried.js';
import type { Gatekeeper } from './gatekeeper.js';
import type { InsideServer } from './inside.js';
import { join, readAndEnd, recordEnded } from './raw.js';
import { nameIn, type TunnelParts, terminateTls } from './tunnel.js';

/** Dependencies of the proxy's tunnels. */
export interface ConnectingParts extends TunnelParts {
  readonly outbound: OutboundOptions;
  readonly exchange: Exchange;
  readonly inside: InsideServer;
  readonly gatekeeper: Gatekeeper;
  readonly inspector: Inspector;
  readonly caps: TunnelParts['caps'] & RestCaps & { readonly idleMs: number };
}

/**
 * Connects to a permitted host that is not a registry. Done before the tunnel is granted, so that a failure is reported to the client as
 * 502 instead of an established connection that ends. @throws EgressFailedError
 */
export async function connectUpstream(
  parts: ConnectingParts,
  client: Socket,
  destination: Permitted,
): Promise<Socket | undefined> {
  if (parts.exchange.registryFor(destination.target) !== undefined) return undefined;
  return dial(parts.outbound, destination.target, destination.permit, untilClosed(client));
}

/** Aborted when the client's connection closes for any reason, including the gateway's shutdown, to close the upstream connection too. */
function untilClosed(client: Socket): AbortSignal {
  const life = new AbortController();
  client.once('close', () => life.abort());
  if (client.destroyed) life.abort();
  return life.signal;
}

/** Serves a tunnel that was granted. `upstream`: the connection to its destination, if there is one. */
export async function serveTunnel(
  parts: ConnectingParts,
  client: Socket,
  destination: Destination,
  upstream: Socket | undefined,
): Promise<void> {
  const { inside, caps } = parts;
  // If the host speaks first, its client may wait for it indefinitely; until then the client's own first bytes still decide.
  const protocol = await detectProtocol(client, upstream === undefined ? caps.headMs : caps.idleMs, upstream);
  if (protocol === undefined) return void client.destroy();
  if (typeof protocol === 'object') {
    recordEnded(parts, protocol, destination.target, destination.from);
    return void client.destroy();
  }
  // If the client's first bytes are inconclusive, nothing is passed on unless the host has spoken.
  if (protocol === 'silent') return carryRaw(parts, client, destination, hasSpoken(upstream) ? upstream : undefined);
  if (protocol === 'other') return carryRaw(parts, client, destination, upstream);
  if (protocol === 'http') return inside.serve(client, { ...destination, secure: false }, upstream);
  const { target, from, permit } = destination;
  const handshake = await terminateTls(parts, client, target.host);
  const { serverName } = handshake;
  if (handshake.inside === undefined) {
    const row = { ...target, via: from.via, allowed: permit !== undefined };
    parts.gatekeeper.recordUnread(row, { reason: handshake.reason, serverName: serverName ?? null });
    return void client.destroy();
  }
  handshake.inside.setTimeout(caps.idleMs);
  if (serverName === undefined || nameIn(serverName) === target.host) {
    return inside.serve(handshake.inside, { ...destination, secure: true }, upstream);
  }
  upstream?.destroy();
  inside.serve(handshake.inside, forOtherName(parts, destination, serverName), undefined);
}

function hasSpoken(upstream: Socket | undefined): boolean {
  return upstream !== undefined && upstream.readableLength > 0;
}

/** Neither TLS nor HTTP. What the operator permitted is let through (Git over SSH), a registry speaks nothing else. */
function carryRaw(
  { gatekeeper, inspector, caps }: ConnectingParts,
  client: Socket,
  { target, from, permit }: Destination,
  upstream: Socket | undefined,
): void {
  const read = inspector.body(target, from);
  const isLetThrough = permit !== undefined && upstream !== undefined;
  if (permit !== undefined && upstream === undefined && client.readableLength > 0)
    gatekeeper.refuseRequest(target, from);
  const allowed = permit !== undefined && (isLetThrough || client.readableLength === 0);
  gatekeeper.recordUnread({ ...target, via: from.via, allowed }, { reason: 'not-http', serverName: null });
  if (isLetThrough) join(client, upstream, read);
  else readAndEnd(client, read, caps);
}

/** A TLS handshake for another name than the tunnel's is refused, as a tunnel to that name would be. */
function forOtherName({ gatekeeper }: ConnectingParts, { target, from }: Destination, name: string): Destination {
  const named = { host: name.toLowerCase().replace(/\.$/, ''), port: target.port };
  gatekeeper.refuseRequest(named, from);
  gatekeeper.recordUnread({ ...named, via: from.via, allowed: false }, { reason: 'other-name', serverName: name });
  return { target: named, from, permit: undefined, refusal: `the tunnel is for ${target.host}`, secure: true };
}
