import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Origin } from '../record.js';
import { close } from '../registry/front-answer.js';
import type { Gatekeeper } from './gatekeeper.js';

/** Limits for connections on which no request has arrived yet. Times in milliseconds. */
export interface GuardCaps {
  /** A client's connection is closed after this time without traffic. */
  readonly idleMs: number;
  /** Simultaneous connections from the sandbox; further ones are closed immediately. */
  readonly connections: number;
  /** How long a client may take to send the head of its request, even if it keeps sending. */
  readonly headMs: number;
}

/** Enforces the limits that apply before there is a request, and records connections that never send one. */
export function guard(server: Server, gatekeeper: Gatekeeper, caps: GuardCaps): void {
  server.maxConnections = caps.connections;
  server.on('drop', () => gatekeeper.refuse('(too-many-connections)', { via: 'proxy' }));
  const waiting = new WeakMap<Socket, NodeJS.Timeout>();
  server.on('connection', (socket: Socket) => {
    socket.setTimeout(caps.idleMs);
    const cutOff = () => {
      if (!waiting.has(socket)) return;
      // A client that has sent nothing has not tried to reach anything: npm opens connections in advance, and is slow on a busy machine.
      if (socket.bytesRead > 0) gatekeeper.refuse('(no-request)', originOf(socket));
      socket.destroy();
    };
    // Process pending input first: after the event loop was blocked, the timer fires before it.
    const deadline = setTimeout(() => setImmediate(cutOff), caps.headMs);
    waiting.set(socket, deadline);
    socket.once('close', () => clearTimeout(deadline));
  });
  const requestArrived = (request: IncomingMessage) => {
    clearTimeout(waiting.get(request.socket));
    waiting.delete(request.socket);
    if (!isReadable(request)) gatekeeper.refuse(request.url ?? '', originOf(request.socket));
  };
  for (const event of ['request', 'connect', 'checkContinue', 'checkExpectation']) {
    server.prependListener(event, requestArrived);
  }
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    // A client that merely disconnects has not tried to reach anything.
    if (!GONE.has(error.code ?? '')) gatekeeper.refuse('', originOf(socket));
    close(socket, error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400);
  });
}

const GONE: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'HPE_INVALID_EOF_STATE']);

/** Whether a request's target is valid for a proxy: `host:port` for CONNECT, otherwise an http or https URL. */
export function isReadable({ method, url = '' }: IncomingMessage): boolean {
  if (method !== 'CONNECT') return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
  if (!URL.canParse(`connect://${url}`)) return false;
  const { hostname, port } = new URL(`connect://${url}`);
  return hostname !== '' && port !== '';
}

function originOf({ remotePort }: Socket): Origin {
  return { via: 'proxy', clientPort: remotePort };
}
