import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { EgressFailedError, EgressRefusedError } from '../errors.js';
import { valuesOf, without } from '../raw-headers.js';
import type { Origin } from '../record.js';
import { parseAuthority, parseHttpTarget, type Target } from '../target.js';
import { readRest } from '../upstream/rest.js';
import { type ConnectingParts, connectUpstream, serveTunnel } from './connecting.js';
import { type GuardCaps, guard, isReadable } from './guard.js';
import { type Door, opened } from './listening.js';

/** Limits of the proxy of one sandbox. Times in milliseconds. */
export type ProxyCaps = ConnectingParts['caps'] & GuardCaps & ConnectingParts['outbound']['caps'];

/** Options of `openDoor`. */
export interface DoorOptions extends ConnectingParts {
  readonly address: string;
  /** 0 for an ephemeral port. */
  readonly port: number;
  /** Whether the sink answers for refused hosts, or they are refused immediately. */
  readonly isSinking: boolean;
  readonly caps: ProxyCaps;
}

/** A proxy for CONNECT and plain HTTP on one address. @throws errors of `listen` */
export async function openDoor(options: DoorOptions): Promise<Door> {
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    handlePlain(options, request, response).catch(() => response.destroy());
  };
  const settings = { requireHostHeader: false, headersTimeout: options.caps.headMs, requestTimeout: 0 };
  const server = createServer(settings, handle);
  server.on('checkContinue', handle).on('checkExpectation', handle);
  server.on('connect', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on('error', () => undefined).on('timeout', () => socket.destroy());
    if (head.length > 0) socket.unshift(head);
    handleTunnel(options, request, socket).catch(() => socket.destroy());
  });
  guard(server, options.gatekeeper, options.caps);
  const door = await opened(server, options);
  return {
    port: door.port,
    close: () => {
      const closed = door.close();
      options.inside.close();
      return closed;
    },
  };
}

async function handlePlain(options: DoorOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!isReadable(request)) return say(response, 400, 'the target is not an http URL');
  const from = originOf(request.socket);
  try {
    replaceOwnHost(request);
    const { target, secure } = parseHttpTarget(request.url ?? '', request.headers.host);
    const decided = await options.gatekeeper.decide(target, from);
    // From here on it is an ordinary request to that host, with a path as its target.
    request.url = pathOf(request.url ?? '');
    await options.exchange.take(request, response, { target, from, secure, ...decided });
  } catch (error) {
    if (!(error instanceof EgressRefusedError || error instanceof EgressFailedError)) throw error;
    await readUnanswered(options, request, from, error);
    const [status, why] = answerTo(error);
    say(response, status, why);
  }
}

/**
 * Older clients (puppeteer 19) name the proxy itself in `Host` and the site only in the request's first line. A proxy has to go by the latter
 * (RFC 9112, 3.2.2); the site is sent its own name. Any other name that differs is refused.
 */
function replaceOwnHost(request: IncomingMessage): void {
  const { localAddress, localPort } = request.socket;
  const named = valuesOf(request.rawHeaders, 'host');
  if (named.length !== 1 || named[0] !== `${localAddress}:${localPort}`) return;
  const [, site] = /^https?:\/\/([^/?#\\]+)/i.exec(request.url ?? '') ?? [];
  if (site === undefined) return;
  request.rawHeaders = [...without(request.rawHeaders, 'host'), 'Host', site];
  request.headers.host = site;
}

/** The part of an http URL after the host. */
function pathOf(url: string): string {
  const path = url.replace(/^https?:\/\/[^/?#]*/i, '');
  return path.startsWith('/') ? path : `/${path}`;
}

/** Requests without a valid target, or to a host that can't be reached, are evidence too. */
async function readUnanswered(
  { gatekeeper, inspector, caps }: DoorOptions,
  request: IncomingMessage,
  from: Origin,
  error: EgressRefusedError | EgressFailedError,
): Promise<void> {
  if (error instanceof EgressRefusedError) gatekeeper.refuse(request.url ?? '', from);
  const unknown = { host: '(unreadable)', port: null };
  inspector.head(request, unknown, from);
  request.on('data', inspector.body(unknown, from));
  await readRest(request, caps);
}

async function handleTunnel(options: DoorOptions, request: IncomingMessage, client: Socket): Promise<void> {
  if (!isReadable(request)) return refuse(client, 400, 'the target is not host:port');
  const from = originOf(client);
  let target: Target;
  try {
    target = parseAuthority(request.url ?? '');
  } catch (error) {
    if (!(error instanceof EgressRefusedError)) throw error;
    options.gatekeeper.refuse(request.url ?? '', from);
    return refuse(client, ...answerTo(error));
  }
  try {
    const decided = await options.gatekeeper.decide(target, from);
    const { permit, refusal } = decided;
    if (permit === undefined && !options.isSinking) return refuse(client, 403, `refused: ${refusal}`);
    const upstream = permit && (await connectUpstream(options, client, { target, from, permit, secure: true }));
    client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    await serveTunnel(options, client, { target, from, secure: true, ...decided }, upstream);
  } catch (error) {
    if (!(error instanceof EgressRefusedError || error instanceof EgressFailedError)) throw error;
    refuse(client, ...answerTo(error));
  }
}

function answerTo(error: EgressRefusedError | EgressFailedError): readonly [status: number, why: string] {
  return error instanceof EgressRefusedError ? [403, `refused: ${error.message}`] : [502, error.message];
}

function refuse(client: Socket, status: number, why: string): void {
  const text = `proxy: ${why}\n`;
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-type: text/plain`;
  client.end(`${head}\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`, () => client.destroy());
}

function say(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { 'content-type': 'text/plain', connection: 'close' });
  response.end(`proxy: ${why}\n`);
}

function originOf({ remotePort }: Socket): Origin {
  return { via: 'proxy', clientPort: remotePort };
}
