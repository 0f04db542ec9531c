import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Asker } from '../record.js';
import { close } from '../registry/front-answer.js';
import type { Gatekeeper } from './gatekeeper.js';

/** What connections may cost before there is a request. Times in milliseconds. */
export interface GuardCaps {
  /** A client's connection with no byte in either direction for so long is closed. */
  readonly idleMs: number;
  /** Connections from the sandbox at a time; further ones are closed at once. */
  readonly connections: number;
  /** How long a client may take for its request's head, however busily it sends. */
  readonly headMs: number;
}

/** The limits that hold before there is a request, and a record of what never becomes one. */
export function guard(server: Server, gatekeeper: Gatekeeper, caps: GuardCaps): void {
  server.maxConnections = caps.connections;
  server.on('drop', () => gatekeeper.refuse('(too-many-connections)', { via: 'proxy' }));
  const waiting = new WeakMap<Socket, NodeJS.Timeout>();
  server.on('connection', (socket: Socket) => {
    socket.setTimeout(caps.idleMs);
    const cutOff = () => {
      if (!waiting.has(socket)) return;
      // Who has sent nothing has tried to reach nothing: npm opens its connections ahead, and on a busy machine it is late.
      if (socket.bytesRead > 0) gatekeeper.refuse('(no-request)', askerOf(socket));
      socket.destroy();
    };
    // What came meanwhile is read first: a timer of a process that was kept waiting fires before.
    const deadline = setTimeout(() => setImmediate(cutOff), caps.headMs);
    waiting.set(socket, deadline);
    socket.once('close', () => clearTimeout(deadline));
  });
  const arrived = (request: IncomingMessage) => {
    clearTimeout(waiting.get(request.socket));
    waiting.delete(request.socket);
    if (!isReadable(request)) gatekeeper.refuse(request.url ?? '', askerOf(request.socket));
  };
  for (const event of ['request', 'connect', 'checkContinue', 'checkExpectation']) {
    server.prependListener(event, arrived);
  }
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    // A client that merely goes away tried to reach nothing.
    if (!GONE.has(error.code ?? '')) gatekeeper.refuse('', askerOf(socket));
    close(socket, error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400);
  });
}

const GONE: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'HPE_INVALID_EOF_STATE']);

/** Whether a request's target is what a proxy is asked for: `host:port` of CONNECT, else a URL of HTTP. */
export function isReadable({ method, url = '' }: IncomingMessage): boolean {
  if (method !== 'CONNECT') return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
  if (!URL.canParse(`connect://${url}`)) return false;
  const { hostname, port } = new URL(`connect://${url}`);
  return hostname !== '' && port !== '';
}

function askerOf({ remotePort }: Socket): Asker {
  return { via: 'proxy', clientPort: remotePort };
}
