import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { SecureContext, TLSSocket } from 'node:tls';
import type { OutboundOptions } from './dial.js';
import { askFar, trusting } from './far-request.js';
import { close, type Fault, faultOf, say } from './front-answer.js';
import { answerHeaders, headersTo, without } from './front-headers.js';
import type { Gatekeeper, Permit } from './gatekeeper.js';
import type { Inspector } from './inspector.js';
import type { Asker } from './record.js';
import { type GatewayIdentity, type PrivateRegistry, targetOf } from './registry.js';
import { type RestCaps, readRest } from './rest.js';
import { registryAsked } from './routes.js';
import { Slots } from './slots.js';
import type { Target } from './target.js';

/** What the fronts of one gateway need. */
export interface FrontOptions extends OutboundOptions {
  readonly registries: readonly PrivateRegistry[];
  readonly identity: GatewayIdentity;
  /** PEM: authorities that the registries' certificates may be signed by, beside the public ones. */
  readonly ca?: string | undefined;
  readonly gatekeeper: Gatekeeper;
  readonly inspector: Inspector;
  readonly caps: OutboundOptions['caps'] & RestCaps;
}

/** Of Node's parser: `rawPacket` is what it could not read. */
type ClientError = NodeJS.ErrnoException & { readonly rawPacket?: Buffer };

/** Requests to one registry at a time; npm asks for 15. */
const MAX_REQUESTS = 32;
const NO_ROUTE: Fault = { status: 403, reason: 'this is nothing that an install asks of a registry' };
/** Requests that wait for their turn: more than a sandbox may have connections, unless it sends many at once by each. */
const MAX_WAITING = 512;

/**
 * Stands in for one private registry: programs in the sandbox speak TLS with it, and it with the registry, adding the
 * credentials. Whatever a lock file or a package's metadata names as the place of a tarball is asked for here.
 *
 * Each request to the registry is written anew and has a connection of its own. Where a client's message ends is read here and
 * told to nobody, so that two programs can't understand it differently (request smuggling, RFC 9112 §11.2).
 */
export class RegistryFront {
  /** Takes connections by its event `connection`; it listens nowhere. */
  readonly server: Server;
  readonly #options: FrontOptions;
  readonly #target: Target;
  readonly #trust: SecureContext;
  readonly #slots = new Slots(MAX_REQUESTS, MAX_WAITING);
  readonly #life = new AbortController();
  /** Connections on which something was refused. */
  readonly #over = new WeakSet<Duplex>();
  #permit: Permit | undefined;

  constructor(options: FrontOptions, target: Target, trust: SecureContext) {
    this.#options = options;
    this.#target = target;
    this.#trust = trust;
    const take = (request: IncomingMessage, response: ServerResponse): void => {
      this.#take(request, response).catch(() => response.destroy());
    };
    // A request without Host is refused like others, and not by Node before it is on record.
    const settings = { ...options.identity, ALPNProtocols: ['http/1.1'], requireHostHeader: false };
    this.server = createServer(settings, take);
    this.server.on('checkContinue', take).on('checkExpectation', take);
    this.server.on('connect', (request: IncomingMessage, socket: Duplex) => {
      this.#note(request);
      close(socket, 405);
    });
    this.server.on('clientError', (error: ClientError, socket: TLSSocket) => {
      this.#noteUnreadable(error, socket);
      close(socket, 400);
    });
  }

  /** What permitted the connection that comes next; further ones to the registry use its addresses. */
  accept(permit: Permit): Server {
    this.#permit = permit;
    return this.server;
  }

  close(): void {
    this.#life.abort();
    this.server.closeAllConnections();
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#over.has(request.socket)) return say(response, 400, 'behind a request that was refused');
    const fault = faultOf(request);
    if (fault !== undefined) return this.#refuse(request, response, fault);
    const { method = '', url = '' } = request;
    const registry = registryAsked(this.#options.registries, this.#target, method, url);
    if (registry === undefined) return this.#refuse(request, response, NO_ROUTE);
    const leaving = new AbortController();
    response.once('close', () => leaving.abort());
    const giveBack = await this.#slots.take();
    if (giveBack === undefined) return say(response, 503, 'too many requests at a time');
    try {
      if (!leaving.signal.aborted) await this.#forward(request, response, registry, leaving.signal);
    } finally {
      giveBack();
    }
  }

  /** Notes it with what it would have carried out, and ends the connection: what follows on it is taken for nobody's request. */
  async #refuse(request: IncomingMessage, response: ServerResponse, { status, reason }: Fault): Promise<void> {
    const { inspector, caps } = this.#options;
    this.#over.add(request.socket);
    const from = this.#note(request);
    request.on('data', inspector.body(this.#target, from));
    await readRest(request, caps);
    say(response, status, `refused: ${reason}`);
  }

  #note(request: IncomingMessage): Asker {
    const { gatekeeper, inspector } = this.#options;
    const from = askerOf(request.socket);
    gatekeeper.refuseRequest(this.#target, from);
    inspector.head(request, this.#target, from);
    return from;
  }

  /** What is no HTTP. Who goes away, does not trust the certificate or falls silent has asked for nothing. */
  #noteUnreadable({ code = '', rawPacket }: ClientError, socket: TLSSocket): void {
    if (!code.startsWith('HPE_') || code === 'HPE_INVALID_EOF_STATE') return;
    const { gatekeeper, inspector } = this.#options;
    const from = askerOf(socket);
    gatekeeper.refuseRequest(this.#target, from);
    if (rawPacket !== undefined) inspector.body(this.#target, from)(rawPacket);
  }

  async #forward(
    request: IncomingMessage,
    response: ServerResponse,
    { authorization }: PrivateRegistry,
    leaving: AbortSignal,
  ): Promise<void> {
    const { inspector } = this.#options;
    const { host, port } = this.#target;
    const { url: path = '', rawHeaders } = request;
    const method = request.method === 'HEAD' ? 'HEAD' : 'GET';
    // A planted token that the project's own `.npmrc` sends (`${NPM_TOKEN}`) is replaced here and goes nowhere.
    const read = authorization === undefined ? rawHeaders : without(rawHeaders, 'authorization');
    inspector.head({ url: path, rawHeaders: read }, this.#target, askerOf(request.socket));
    const headers = headersTo(this.#target, request, authorization);
    const permit = this.#permit;
    if (permit === undefined) throw new TypeError('a request to a registry before a connection was permitted');
    const signal = AbortSignal.any([this.#life.signal, leaving]);
    try {
      const answer = await askFar(
        this.#options,
        { target: this.#target, permit, trust: this.#trust },
        { method, path, headers },
        signal,
      );
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answerHeaders(answer));
      await pipeline(answer, response);
    } catch (error) {
      if (response.headersSent) throw error;
      say(response, 502, `no answer from ${host}:${port}`);
    }
  }
}

function askerOf({ remotePort }: { readonly remotePort?: number | undefined }): Asker {
  return { via: 'proxy', clientPort: remotePort };
}

/** The fronts of a gateway, by host and port. */
export function openFronts(options: FrontOptions): ReadonlyMap<string, RegistryFront> {
  const targets = options.registries.filter(({ authorization }) => authorization !== undefined).map(targetOf);
  const trust = trusting(options.ca);
  return new Map(targets.map((target) => [`${target.host}:${target.port}`, new RegistryFront(options, target, trust)]));
}
