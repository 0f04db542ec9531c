import type { Socket } from 'node:net';
import type { Inspector } from '../content/inspector.js';
import type { Destination } from '../destination.js';
import type { Permitted } from '../registry/registry-mitm.js';
import { dial, type OutboundOptions } from '../upstream/dial.js';
import type { Exchange } from '../upstream/exchange.js';
import type { RestCaps } from '../upstream/rest.js';
import { carried } from './carried.js';
import type { Gatekeeper } from './gatekeeper.js';
import type { InsideServer } from './inside.js';
import { join, readAndEnd } from './raw.js';
import { nameIn, secured, type TunnelParts } from './tunnel.js';

/** What tunnels of a proxy need. */
export interface ConnectingParts extends TunnelParts {
  readonly outbound: OutboundOptions;
  readonly exchange: Exchange;
  readonly inside: InsideServer;
  readonly gatekeeper: Gatekeeper;
  readonly inspector: Inspector;
  readonly caps: TunnelParts['caps'] & RestCaps & { readonly idleMs: number };
}

/**
 * The connection to a permitted host that is no registry. It comes first, so that the client hears 502 instead of an established
 * connection that ends. @throws EgressFailedError
 */
export async function dialled(
  parts: ConnectingParts,
  near: Socket,
  destination: Permitted,
): Promise<Socket | undefined> {
  if (parts.exchange.frontFor(destination.target) !== undefined) return undefined;
  return dial(parts.outbound, destination.target, destination.permit, lifeOf(near));
}

/** A client that leaves at any moment, the gateway's end included, takes its far side with it. */
function lifeOf(near: Socket): AbortSignal {
  const life = new AbortController();
  near.once('close', () => life.abort());
  if (near.destroyed) life.abort();
  return life.signal;
}

/** Serves a tunnel that was granted. `far`: the connection to its destination, where there is one. */
export async function serveTunnel(
  parts: ConnectingParts,
  near: Socket,
  destination: Destination,
  far: Socket | undefined,
): Promise<void> {
  const { inside, caps } = parts;
  // Where a host speaks first, its client may wait for that as long as it likes: until then its own first words still tell.
  const what = await carried(near, far === undefined ? caps.headMs : caps.idleMs, far);
  if (what === undefined) return void near.destroy();
  // Of a client that never came to the end of a word nothing is known, unless its host has spoken.
  if (what === 'silent') return carryRaw(parts, near, destination, hasSpoken(far) ? far : undefined);
  if (what === 'other') return carryRaw(parts, near, destination, far);
  if (what === 'http') return inside.serve(near, { ...destination, secure: false }, far);
  const { target, from, permit } = destination;
  const handshake = await secured(parts, near, target.host);
  const { serverName } = handshake;
  if (handshake.inside === undefined) {
    const row = { ...target, via: from.via, allowed: permit !== undefined };
    parts.gatekeeper.unread(row, { reason: handshake.reason, serverName: serverName ?? null });
    return void near.destroy();
  }
  handshake.inside.setTimeout(caps.idleMs);
  if (serverName === undefined || nameIn(serverName) === target.host) {
    return inside.serve(handshake.inside, { ...destination, secure: true }, far);
  }
  far?.destroy();
  inside.serve(handshake.inside, otherwiseNamed(parts, destination, serverName), undefined);
}

function hasSpoken(far: Socket | undefined): boolean {
  return far !== undefined && far.readableLength > 0;
}

/** Neither TLS nor HTTP. What the operator permitted is let through (Git over SSH), a registry speaks nothing else. */
function carryRaw(
  { gatekeeper, inspector, caps }: ConnectingParts,
  near: Socket,
  { target, from, permit }: Destination,
  far: Socket | undefined,
): void {
  const read = inspector.body(target, from);
  const isLetThrough = permit !== undefined && far !== undefined;
  if (permit !== undefined && far === undefined && near.readableLength > 0) gatekeeper.refuseRequest(target, from);
  const allowed = permit !== undefined && (isLetThrough || near.readableLength === 0);
  gatekeeper.unread({ ...target, via: from.via, allowed }, { reason: 'not-http', serverName: null });
  if (isLetThrough) join(near, far, read);
  else readAndEnd(near, read, caps);
}

/** A handshake for another name than the tunnel's is refused like a tunnel to that name. */
function otherwiseNamed({ gatekeeper }: ConnectingParts, { target, from }: Destination, name: string): Destination {
  const named = { host: name.toLowerCase().replace(/\.$/, ''), port: target.port };
  gatekeeper.refuseRequest(named, from);
  gatekeeper.unread({ ...named, via: from.via, allowed: false }, { reason: 'other-name', serverName: name });
  return { target: named, from, permit: undefined, refusal: `the tunnel is for ${target.host}`, secure: true };
}
