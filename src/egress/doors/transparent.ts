import { createServer, type Socket } from 'node:net';
import type { Inspector } from '../content/inspector.js';
import { UNNAMED } from '../destination.js';
import { EgressFailedError } from '../errors.js';
import type { Asker } from '../record.js';
import type { Target } from '../target.js';
import type { RestCaps } from '../upstream/rest.js';
import { carried } from './carried.js';
import type { Gatekeeper } from './gatekeeper.js';
import type { InsideServer } from './inside.js';
import { type Door, opened } from './listening.js';
import { readAndEnd } from './raw.js';
import { nameIn, secured, type TunnelParts } from './tunnel.js';

/** What `openTransparentDoor` needs. */
export interface TransparentOptions extends TunnelParts {
  readonly address: string;
  /** Where it listens; 0 for an ephemeral one. */
  readonly port: number;
  /** The port that programs ask for. */
  readonly asked: number;
  readonly inside: InsideServer;
  readonly gatekeeper: Gatekeeper;
  readonly inspector: Inspector;
  readonly caps: TunnelParts['caps'] & RestCaps & { readonly idleMs: number; readonly connections: number };
}

/**
 * For programs that know no proxy: the resolver gives them the gateway's own address, and they speak here as if it were the host that they
 * mean. Which one that is, is what they say of it: by the name in the handshake, else by `Host`. @throws what `listen` says
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
  const from: Asker = { via: 'transparent', clientPort: socket.remotePort };
  const what = await carried(socket, caps.headMs);
  if (what === undefined) return void socket.destroy();
  const target: Target = { host: UNNAMED, port: asked };
  if (what === 'http') return inside.serveByHost(socket, { target, from, permit: undefined, secure: false });
  if (what === 'other' || what === 'silent') return readUnnamed(options, socket, target, from);
  return serveSecured(options, socket, from);
}

async function serveSecured(options: TransparentOptions, socket: Socket, from: Asker): Promise<void> {
  const { inside, gatekeeper, caps, asked, address } = options;
  const handshake = await secured(options, socket, address);
  const { serverName } = handshake;
  const host = serverName === undefined ? undefined : nameIn(serverName);
  const target: Target = { host: host ?? UNNAMED, port: asked };
  if (handshake.inside !== undefined) handshake.inside.setTimeout(caps.idleMs);
  if (handshake.inside !== undefined && host === undefined) {
    return inside.serveByHost(handshake.inside, { target, from, permit: undefined, secure: true });
  }
  const decided = await gatekeeper.decide(target, from).catch((error: unknown) => {
    // A permitted name that leads nowhere is on record; there is nobody to speak with.
    if (error instanceof EgressFailedError) return undefined;
    throw error;
  });
  if (handshake.inside === undefined) {
    const row = { ...target, via: from.via, allowed: decided?.permit !== undefined };
    gatekeeper.unread(row, { reason: handshake.reason, serverName: serverName ?? null });
  }
  if (handshake.inside === undefined || decided === undefined) return void socket.destroy();
  inside.serve(handshake.inside, { target, from, secure: true, ...decided }, undefined);
}

/** Neither TLS nor HTTP: it names nobody, so nothing of it goes anywhere. */
function readUnnamed(
  { gatekeeper, inspector, caps }: TransparentOptions,
  socket: Socket,
  target: Target,
  from: Asker,
): void {
  gatekeeper.refuseRequest(target, from);
  gatekeeper.unread({ ...target, via: from.via, allowed: false }, { reason: 'not-http', serverName: null });
  readAndEnd(socket, inspector.body(target, from), caps);
}
