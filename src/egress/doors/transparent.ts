import { createServer, type Socket } from 'node:net';
import type { Inspector } from '../content/inspector.js';
import { UNNAMED } from '../destination.js';
import { EgressFailedError } from '../errors.js';
import type { Origin } from '../record.js';
import type { Target } from '../target.js';
import type { RestCaps } from '../upstream/rest.js';
import { detectProtocol } from './carried.js';
import type { Gatekeeper } from './gatekeeper.js';
import type { InsideServer } from './inside.js';
import { type Door, opened } from './listening.js';
import { readAndEnd, recordEnded } from './raw.js';
import { nameIn, type TunnelParts, terminateTls } from './tunnel.js';

/** Options of `openTransparentDoor`. */
export interface TransparentOptions extends TunnelParts {
  readonly address: string;
  /** The port to listen on; 0 for an ephemeral one. */
  readonly port: number;
  /** The port that programs connect to. */
  readonly asked: number;
  readonly inside: InsideServer;
  readonly gatekeeper: Gatekeeper;
  readonly inspector: Inspector;
  readonly caps: TunnelParts['caps'] & RestCaps & { readonly idleMs: number; readonly connections: number };
}

/**
 * For programs that don't support proxies: the resolver returns the gateway's own address for every name, so they connect here instead of
 * to the host. Which host they mean is known from the TLS handshake or the `Host` header. @throws errors of `listen`
 */
export function openTransparentDoor(options: TransparentOptions): Promise<Door> {
  const { gatekeeper, caps } = options;
  const server = createServer((socket) => {
    socket.on('error', () => undefined).on('timeout', () => socket.destroy());
    socket.setTimeout(caps.idleMs);
    serve(options, socket).catch(() => socket.destroy());
  });
  server.maxConnections = caps.connections;
  server.on('drop', () => gatekeeper.refuse('(too-many-connections)', { via: 'transparent' }));
  return opened(server, options);
}

async function serve(options: TransparentOptions, socket: Socket): Promise<void> {
  const { inside, caps, asked } = options;
  const from: Origin = { via: 'transparent', clientPort: socket.remotePort };
  const protocol = await detectProtocol(socket, caps.headMs);
  if (protocol === undefined) return void socket.destroy();
  const target: Target = { host: UNNAMED, port: asked };
  if (typeof protocol === 'object') {
    recordEnded(options, protocol, target, from);
    return void socket.destroy();
  }
  if (protocol === 'http') return inside.serveByHost(socket, { target, from, permit: undefined, secure: false });
  if (protocol === 'other' || protocol === 'silent') return readUnnamed(options, socket, target, from);
  return serveSecured(options, socket, from);
}

async function serveSecured(options: TransparentOptions, socket: Socket, from: Origin): Promise<void> {
  const { inside, gatekeeper, caps, asked, address } = options;
  const handshake = await terminateTls(options, socket, address);
  const { serverName } = handshake;
  const host = serverName === undefined ? undefined : nameIn(serverName);
  const target: Target = { host: host ?? UNNAMED, port: asked };
  if (handshake.inside !== undefined) handshake.inside.setTimeout(caps.idleMs);
  if (handshake.inside !== undefined && host === undefined) {
    return inside.serveByHost(handshake.inside, { target, from, permit: undefined, secure: true });
  }
  const decided = await gatekeeper.decide(target, from).catch((error: unknown) => {
    // A permitted name that can't be reached has been recorded; there is no host to connect to.
    if (error instanceof EgressFailedError) return undefined;
    throw error;
  });
  if (handshake.inside === undefined) {
    const row = { ...target, via: from.via, allowed: decided?.permit !== undefined };
    gatekeeper.recordUnread(row, { reason: handshake.reason, serverName: serverName ?? null });
  }
  if (handshake.inside === undefined || decided === undefined) return void socket.destroy();
  inside.serve(handshake.inside, { target, from, secure: true, ...decided }, undefined);
}

/** Neither TLS nor HTTP: the connection does not name a host, so it is not passed on. */
function readUnnamed(
  { gatekeeper, inspector, caps }: TransparentOptions,
  socket: Socket,
  target: Target,
  from: Origin,
): void {
  gatekeeper.refuseRequest(target, from);
  gatekeeper.recordUnread({ ...target, via: from.via, allowed: false }, { reason: 'not-http', serverName: null });
  readAndEnd(socket, inspector.body(target, from), caps);
}
