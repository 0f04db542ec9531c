import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Inspector } from '../content/inspector.js';
import type { Reader } from '../content/reading.js';
import type { Destination } from '../destination.js';
import { EgressFailedError } from '../errors.js';
import { close, say } from '../registry/front-answer.js';
import type { Exchange } from '../upstream/exchange.js';
import type { Gatekeeper } from './gatekeeper.js';
import { nameIn } from './tunnel.js';

/** Dependencies of the server inside tunnels. */
export interface InsideParts {
  readonly exchange: Exchange;
  readonly gatekeeper: Gatekeeper;
  readonly inspector: Inspector;
  readonly reader: Reader;
  readonly caps: { readonly headMs: number };
}

/** A connection inside a tunnel: its destination, and an upstream connection if one was already made. */
interface Inside {
  /** If the connection did not name a host, this has the host `UNNAMED`, and the `Host` header of each request decides. */
  readonly destination: Destination;
  readonly isByHost: boolean;
  first: Socket | undefined;
  hasAsked: boolean;
}

/** An error of Node's HTTP parser: `rawPacket` is the input that it could not parse. */
type ClientError = NodeJS.ErrnoException & { readonly rawPacket?: Buffer };

/** Serves HTTP/1.1 inside tunnels, without listening on a port of its own. */
export class InsideServer {
  readonly #server: Server;
  readonly #open = new WeakMap<Duplex, Inside>();

  constructor(private readonly parts: InsideParts) {
    const take = (request: IncomingMessage, response: ServerResponse): void => {
      const inside = this.#open.get(request.socket);
      if (inside === undefined) {
        response.destroy();
        return;
      }
      const { first } = inside;
      inside.hasAsked = true;
      inside.first = undefined;
      this.#answer(request, response, inside, first).catch(() => response.destroy());
    };
    // Let us answer requests without Host, since Node would refuse them before they are recorded.
    const settings = { requireHostHeader: false, headersTimeout: parts.caps.headMs, requestTimeout: 0 };
    this.#server = createServer(settings, take);
    this.#server.on('checkContinue', take).on('checkExpectation', take);
    this.#server.on('connect', (request: IncomingMessage, socket: Duplex) => this.#tunnelInTunnel(request, socket));
    this.#server.on('clientError', (error: ClientError, socket: Duplex) => {
      this.#noteUnreadable(error, socket);
      close(socket, error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400);
    });
  }

  /** Serves a connection with a known destination. */
  serve(socket: Socket, destination: Destination, first: Socket | undefined): void {
    this.#serve(socket, { destination, isByHost: false, first, hasAsked: false });
  }

  /** Serves a connection whose requests name their destinations. */
  serveByHost(socket: Socket, destination: Destination): void {
    this.#serve(socket, { destination, isByHost: true, first: undefined, hasAsked: false });
  }

  #serve(socket: Socket, inside: Inside): void {
    const { destination } = inside;
    this.#open.set(socket, inside);
    // Some clients reject the certificate only after the handshake, and then send no request.
    socket.once('close', () => {
      const { target, from, permit, secure } = destination;
      if (inside.hasAsked || !secure) return;
      const row = { ...target, via: from.via, allowed: permit !== undefined };
      this.parts.gatekeeper.recordUnread(row, {
        reason: 'nothing-asked',
        serverName: inside.isByHost ? null : target.host,
      });
    });
    this.#server.emit('connection', socket);
    // The socket was paused while its first bytes were inspected.
    socket.resume();
  }

  close(): void {
    this.#server.closeAllConnections();
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    { destination, isByHost }: Inside,
    first: Socket | undefined,
  ): Promise<void> {
    if (!isByHost) return this.parts.exchange.take(request, response, destination, first);
    try {
      return await this.parts.exchange.take(request, response, await this.#byHost(request, destination));
    } catch (error) {
      if (!(error instanceof EgressFailedError)) throw error;
      say(response, 502, error.message);
    }
  }

  /** @throws EgressFailedError */
  async #byHost({ url = '', headers }: IncomingMessage, destination: Destination): Promise<Destination> {
    const { target, from } = destination;
    const { gatekeeper } = this.parts;
    // A request written for a proxy contains the host in its first line.
    const named = /^https?:\/\/([^/?#\\]*)/i.exec(url)?.[1] ?? headers.host ?? '';
    const host = nameIn(named.replace(/:\d+$/, ''));
    if (host === undefined) {
      gatekeeper.refuseRequest(target, from);
      return { ...destination, refusal: 'the request does not name a host' };
    }
    const namedTarget = { host, port: target.port };
    return { ...destination, target: namedTarget, ...(await gatekeeper.decide(namedTarget, from)) };
  }

  #tunnelInTunnel(request: IncomingMessage, socket: Duplex): void {
    const inside = this.#open.get(socket);
    if (inside !== undefined) {
      const { target, from, permit } = inside.destination;
      if (permit !== undefined) this.parts.gatekeeper.refuseRequest(target, from);
      const row = { ...target, via: from.via, allowed: false };
      this.parts.reader
        .open(request, inside.destination)
        .end(row, 405)
        .finally(() => close(socket, 405))
        .catch(() => socket.destroy());
      return;
    }
    close(socket, 405);
  }

  /** Records input that is not HTTP. A client that only disconnects or stays silent has not requested anything. */
  #noteUnreadable({ code = '', rawPacket }: ClientError, socket: Duplex): void {
    const inside = this.#open.get(socket);
    if (inside !== undefined) inside.hasAsked ||= code.startsWith('HPE_');
    if (inside === undefined || !code.startsWith('HPE_') || code === 'HPE_INVALID_EOF_STATE') return;
    const { gatekeeper, inspector } = this.parts;
    const { target, from, permit } = inside.destination;
    if (permit !== undefined) gatekeeper.refuseRequest(target, from);
    gatekeeper.recordUnread({ ...target, via: from.via, allowed: false }, { reason: 'not-http', serverName: null });
    if (rawPacket !== undefined) inspector.body(target, from)(rawPacket);
  }
}
