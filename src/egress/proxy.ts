import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type PrepareRequestFunctionResult, RequestError, Server } from 'proxy-chain';
import type { OutboundOptions } from './dial.js';
import { EgressFailedError, EgressRefusedError } from './errors.js';
import type { RegistryFront } from './front.js';
import type { Gatekeeper, Permit } from './gatekeeper.js';
import type { Inspector } from './inspector.js';
import { forwarded, tunnelled } from './outbound.js';
import type { Asker } from './record.js';
import { type RestCaps, readRest } from './rest.js';
import { parseAuthority, parseHttpTarget, type Target } from './target.js';

type Prepared = PrepareRequestFunctionResult;

/** What the proxy of one sandbox may cost. Times in milliseconds. */
export type ProxyCaps = OutboundOptions['caps'] &
  RestCaps & {
    /** A client's connection with no byte in either direction for so long is closed. */
    readonly idleMs: number;
    /** Connections from the sandbox at a time; further ones are closed at once. */
    readonly connections: number;
    /** How long a client may take for its request's head, however busily it sends. */
    readonly headMs: number;
  };

/** What `openProxy` needs. */
export interface ProxyOptions extends OutboundOptions {
  readonly address: string;
  /** 0 for an ephemeral one. */
  readonly port: number;
  readonly gatekeeper: Gatekeeper;
  readonly inspector: Inspector;
  /** By `host:port`. */
  readonly fronts: ReadonlyMap<string, RegistryFront>;
  readonly caps: ProxyCaps;
}

/** A CONNECT and plain-HTTP proxy on one address. proxy-chain speaks the protocol; what is dialled is decided and done here. */
export async function openProxy(options: ProxyOptions): Promise<Server> {
  const proxy = new Server({
    host: options.address,
    port: options.port,
    authRealm: 'packwarden',
    prepareRequestFunction: ({ request, isHttp }) => prepare(options, request, isHttp),
  });
  guard(proxy, options);
  await proxy.listen();
  return proxy;
}

async function prepare(options: ProxyOptions, request: IncomingMessage, isHttp: boolean): Promise<Prepared> {
  try {
    const target = readTarget(options, request, isHttp);
    const permit = await options.gatekeeper.admit(target.host, target.port, askerOf(request.socket));
    return isHttp ? forwarded(options, permit) : await connected(options, request.socket, target, permit);
  } catch (error) {
    if (isHttp) await readRest(request, options.caps);
    if (error instanceof EgressRefusedError) throw new RequestError(`packwarden: refused: ${error.message}\n`, 403);
    if (error instanceof EgressFailedError) throw new RequestError(`packwarden: ${error.message}\n`, 502);
    throw error;
  }
}

function connected(options: ProxyOptions, near: Socket, target: Target, permit: Permit): Prepared | Promise<Prepared> {
  const front = options.fronts.get(`${target.host}:${target.port}`);
  if (front !== undefined) return { customConnectServer: front.accept(permit) };
  return tunnelled(options, near, target, permit, options.inspector.body(target, askerOf(near)));
}

function readTarget(options: ProxyOptions, request: IncomingMessage, isHttp: boolean): Target {
  const { gatekeeper, inspector } = options;
  const raw = request.url ?? '';
  const from = askerOf(request.socket);
  let target: Target | undefined;
  try {
    target = isHttp ? parseHttpTarget(raw, request.headers.host) : parseAuthority(raw);
    return target;
  } catch (error) {
    gatekeeper.refuse(raw, from);
    throw error;
  } finally {
    if (isHttp) {
      const addressee = target ?? { host: '(unreadable)', port: null };
      inspector.head(request, addressee, from);
      // Paused until the pipe to the far side, or the reading of what is refused, has begun: no byte passes unseen.
      request.pause();
      request.on('data', inspector.body(addressee, from));
    }
  }
}

function askerOf({ remotePort }: Socket): Asker {
  return { via: 'proxy', clientPort: remotePort };
}

/** The limits that hold before there is a request, and a record of what never becomes one. */
function guard({ server }: Server, { gatekeeper, caps }: ProxyOptions): void {
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
  server.prependListener('request', arrived);
  server.prependListener('connect', arrived);
  server.prependListener('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    // A client that merely goes away tried to reach nothing.
    if (!GONE.has(error.code ?? '')) gatekeeper.refuse('', askerOf(socket));
  });
}

const GONE: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'HPE_INVALID_EOF_STATE']);

/** The targets that proxy-chain itself answers with 400, before it asks for a decision. */
function isReadable({ method, url = '' }: IncomingMessage): boolean {
  if (method !== 'CONNECT') return URL.canParse(url) && new URL(url).protocol === 'http:';
  if (!URL.canParse(`connect://${url}`)) return false;
  const { hostname, port } = new URL(`connect://${url}`);
  return hostname !== '' && port !== '';
}
