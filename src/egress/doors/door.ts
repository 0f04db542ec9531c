import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { EgressFailedError, EgressRefusedError } from '../errors.js';
import type { Asker } from '../record.js';
import { parseAuthority, parseHttpTarget, type Target } from '../target.js';
import { readRest } from '../upstream/rest.js';
import { type ConnectingParts, dialled, serveTunnel } from './connecting.js';
import { type GuardCaps, guard, isReadable } from './guard.js';
import { type Door, opened } from './listening.js';

/** What the proxy of one sandbox may cost. Times in milliseconds. */
export type ProxyCaps = ConnectingParts['caps'] & GuardCaps & ConnectingParts['outbound']['caps'];

/** What `openDoor` needs. */
export interface DoorOptions extends ConnectingParts {
  readonly address: string;
  /** 0 for an ephemeral one. */
  readonly port: number;
  /** Whether refused hosts are answered for, or refused at the door. */
  readonly isSinking: boolean;
  readonly caps: ProxyCaps;
}

/** A CONNECT and plain-HTTP proxy on one address. @throws what `listen` says */
export async function openDoor(options: DoorOptions): Promise<Door> {
  const take = (request: IncomingMessage, response: ServerResponse): void => {
    takePlain(options, request, response).catch(() => response.destroy());
  };
  const settings = { requireHostHeader: false, headersTimeout: options.caps.headMs, requestTimeout: 0 };
  const server = createServer(settings, take);
  server.on('checkContinue', take).on('checkExpectation', take);
  server.on('connect', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on('error', () => undefined).on('timeout', () => socket.destroy());
    if (head.length > 0) socket.unshift(head);
    takeTunnel(options, request, socket).catch(() => socket.destroy());
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

async function takePlain(options: DoorOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!isReadable(request)) return say(response, 400, 'the target is not an http URL');
  const from = askerOf(request.socket);
  try {
    const { target, secure } = parseHttpTarget(request.url ?? '', request.headers.host);
    const decided = await options.gatekeeper.decide(target, from);
    // From here on it is a request to that host: a registry is asked by paths.
    request.url = pathOf(request.url ?? '');
    await options.exchange.take(request, response, { target, from, secure, ...decided });
  } catch (error) {
    if (!(error instanceof EgressRefusedError || error instanceof EgressFailedError)) throw error;
    await readUnanswered(options, request, from, error);
    const [status, why] = answerTo(error);
    say(response, status, why);
  }
}

/** What of an http URL is behind its host. */
function pathOf(url: string): string {
  const path = url.replace(/^https?:\/\/[^/?#]*/i, '');
  return path.startsWith('/') ? path : `/${path}`;
}

/** What is for nobody that could be told, or could not be reached, is evidence too. */
async function readUnanswered(
  { gatekeeper, inspector, caps }: DoorOptions,
  request: IncomingMessage,
  from: Asker,
  error: EgressRefusedError | EgressFailedError,
): Promise<void> {
  if (error instanceof EgressRefusedError) gatekeeper.refuse(request.url ?? '', from);
  const nobody = { host: '(unreadable)', port: null };
  inspector.head(request, nobody, from);
  request.on('data', inspector.body(nobody, from));
  await readRest(request, caps);
}

async function takeTunnel(options: DoorOptions, request: IncomingMessage, near: Socket): Promise<void> {
  if (!isReadable(request)) return refuse(near, 400, 'the target is not host:port');
  const from = askerOf(near);
  let target: Target;
  try {
    target = parseAuthority(request.url ?? '');
  } catch (error) {
    if (!(error instanceof EgressRefusedError)) throw error;
    options.gatekeeper.refuse(request.url ?? '', from);
    return refuse(near, ...answerTo(error));
  }
  try {
    const decided = await options.gatekeeper.decide(target, from);
    const { permit, refusal } = decided;
    if (permit === undefined && !options.isSinking) return refuse(near, 403, `refused: ${refusal}`);
    const far = permit && (await dialled(options, near, { target, from, permit, secure: true }));
    near.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    await serveTunnel(options, near, { target, from, secure: true, ...decided }, far);
  } catch (error) {
    if (!(error instanceof EgressRefusedError || error instanceof EgressFailedError)) throw error;
    refuse(near, ...answerTo(error));
  }
}

function answerTo(error: EgressRefusedError | EgressFailedError): readonly [status: number, why: string] {
  return error instanceof EgressRefusedError ? [403, `refused: ${error.message}`] : [502, error.message];
}

function refuse(near: Socket, status: number, why: string): void {
  const text = `proxy: ${why}\n`;
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-type: text/plain`;
  near.end(`${head}\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`, () => near.destroy());
}

function say(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { 'content-type': 'text/plain', connection: 'close' });
  response.end(`proxy: ${why}\n`);
}

function askerOf({ remotePort }: Socket): Asker {
  return { via: 'proxy', clientPort: remotePort };
}
