import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { Reader, Reading } from '../content/reading.js';
import type { Gatekeeper } from '../doors/gatekeeper.js';
import { EgressFailedError } from '../errors.js';
import { say } from '../registry/front-answer.js';
import { answerHeaders, endToEnd, hostHeader } from '../registry/front-headers.js';
import type { Permitted } from '../registry/registry-mitm.js';
import { dial, upstreamLogin } from './dial.js';
import { startTls, type UpstreamOptions } from './upstream.js';

/** Dependencies for forwarding a request. */
export interface OnwardParts {
  readonly upstreamOptions: UpstreamOptions;
  readonly reader: Reader;
  readonly gatekeeper: Gatekeeper;
}

/**
 * Forwards any request to a permitted host that is not a registry, over a connection of its own: `first`, if one was already made. The
 * message is framed anew and inspected on its way.
 */
export async function forward(
  { upstreamOptions, reader, gatekeeper }: OnwardParts,
  request: IncomingMessage,
  response: ServerResponse,
  destination: Permitted,
  first: Socket | undefined,
): Promise<void> {
  const { target, from } = destination;
  const row = { ...target, via: from.via, allowed: true };
  const reading = reader.open(request, destination);
  const leaving = new AbortController();
  response.once('close', () => leaving.abort());
  let status: number | null = null;
  try {
    const answer = await send(upstreamOptions, request, reading, destination, first, leaving.signal);
    status = answer.statusCode ?? 502;
    response.writeHead(status, answer.statusMessage, answerHeaders(answer));
    await pipeline(answer, response);
  } catch (error) {
    if (error instanceof EgressFailedError && error.code === 'unproven') {
      gatekeeper.recordUnread(row, { reason: 'bad-certificate', serverName: null });
    }
    if (response.headersSent) response.destroy();
    else {
      status = 502;
      say(response, 502, error instanceof EgressFailedError ? error.message : `no answer from ${target.host}`);
    }
  } finally {
    await reading.end(row, status);
  }
}

/** Sends the request to the host, or its URL to the upstream proxy. @throws EgressFailedError, or Node's error of the connection */
async function send(
  upstreamOptions: UpstreamOptions,
  request: IncomingMessage,
  reading: Reading,
  { target, permit, secure }: Permitted,
  first: Socket | undefined,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const isOpen = first !== undefined && !first.destroyed;
  const isAskedByUrl = upstreamOptions.upstream !== undefined && !secure && !isOpen;
  const connection = isOpen
    ? first
    : await dial(upstreamOptions, target, permit, signal, isAskedByUrl ? 'by-url' : 'tunnel');
  const socket = secure ? await startTls(upstreamOptions, target, connection) : connection;
  const login = isAskedByUrl ? upstreamLogin(upstreamOptions.upstream) : {};
  const host = hostHeader(target, secure);
  const headers = { host, ...endToEnd(request), ...framing(request), ...login, connection: 'close' };
  const path = isAskedByUrl ? `http://${host}${pathOf(request)}` : pathOf(request);
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ method: request.method, path, headers, setHost: false, createConnection: () => socket });
    sent.once('response', resolve).on('error', reject);
    request.on('data', (chunk: Buffer) => reading.take(chunk));
    if (hasBody(request)) request.pipe(sent);
    else request.resume().once('end', () => sent.end());
  });
}

/** The body of a GET is read but not forwarded: servers differ in whether they read it. */
function hasBody({ method, headers }: IncomingMessage): boolean {
  if (method === 'GET' || method === 'HEAD') return false;
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

/** The headers that mark the end of the message, determined by us. */
function framing(request: IncomingMessage): Record<string, string> {
  const { method, headers } = request;
  if (!hasBody(request)) return method === 'GET' || method === 'HEAD' ? {} : { 'content-length': '0' };
  const { 'content-length': length, 'transfer-encoding': chunked } = headers;
  return chunked === undefined && length !== undefined
    ? { 'content-length': length }
    : { 'transfer-encoding': 'chunked' };
}

/** The target of a plain request is a URL. */
function pathOf({ url = '/' }: IncomingMessage): string {
  const path = url.replace(/^http:\/\/[^/?#]*/i, '');
  return path.startsWith('/') || path === '*' ? path : `/${path}`;
}
