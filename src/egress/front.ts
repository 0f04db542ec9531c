import { type ClientRequestArgs, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import { Agent, createServer, request as httpsRequest, type Server } from 'node:https';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { connect as connectTls, rootCertificates } from 'node:tls';
import { dial, type OutboundOptions } from './dial.js';
import type { Permit } from './gatekeeper.js';
import type { Inspector } from './inspector.js';
import type { Asker } from './record.js';
import { authorizationFor, type GatewayIdentity, type PrivateRegistry, targetOf } from './registry.js';
import type { Target } from './target.js';

/** What the fronts of one gateway need. */
export interface FrontOptions extends OutboundOptions {
  readonly registries: readonly PrivateRegistry[];
  readonly identity: GatewayIdentity;
  /** PEM: authorities that the registries' certificates may be signed by, beside the public ones. */
  readonly ca?: string | undefined;
  readonly inspector: Inspector;
}

/** Connections to one registry at a time; npm asks for 15. */
const MAX_SOCKETS = 32;

/** Of one connection, not of the message it carries (RFC 9110 §7.6.1); and what is ours to say. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'host',
]);

/**
 * Stands in for one private registry: programs in the sandbox speak TLS with it, and it with the registry, adding the
 * credentials. Whatever a lock file or a package's metadata names as the place of a tarball is asked for here.
 */
export class RegistryFront {
  /** Takes connections by its event `connection`; it listens nowhere. */
  readonly server: Server;
  readonly #options: FrontOptions;
  readonly #target: Target;
  readonly #agent: Agent;
  readonly #life = new AbortController();
  #permit: Permit | undefined;

  constructor(options: FrontOptions, target: Target) {
    this.#options = options;
    this.#target = target;
    const open = (): Promise<Duplex> => this.#connect();
    this.#agent = new (class extends Agent {
      override createConnection(
        _options: ClientRequestArgs,
        callback: (error: Error | null, stream: Duplex) => void,
      ): undefined {
        open().then(
          (stream) => callback(null, stream),
          (error: Error) => callback(error, undefined as never),
        );
      }
    })({ keepAlive: true, maxSockets: MAX_SOCKETS });
    this.server = createServer({ ...options.identity, ALPNProtocols: ['http/1.1'] }, (request, response) => {
      this.#forward(request, response).catch(() => response.destroy());
    });
  }

  /** What permitted the connection that comes next; further ones to the registry use its addresses. */
  accept(permit: Permit): Server {
    this.#permit = permit;
    return this.server;
  }

  close(): void {
    this.#life.abort();
    this.#agent.destroy();
    this.server.closeAllConnections();
  }

  async #connect(): Promise<Duplex> {
    const { host } = this.#target;
    if (this.#permit === undefined) throw new TypeError('a connection to a registry before one was permitted');
    const socket = await dial(this.#options, this.#target, this.#permit, this.#life.signal);
    const ca = this.#options.ca === undefined ? {} : { ca: [...rootCertificates, this.#options.ca] };
    return connectTls({ socket, host, servername: host, ALPNProtocols: ['http/1.1'], ...ca });
  }

  async #forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { inspector, registries } = this.#options;
    const { host, port } = this.#target;
    const from: Asker = { via: 'proxy', clientPort: request.socket.remotePort };
    const { method = 'GET', url: path = '/' } = request;
    const authorization = authorizationFor(registries, this.#target, method, path);
    const rawHeaders = passedOn(request.rawHeaders, authorization);
    // As it leaves: a planted token that the project's own `.npmrc` sends (`${NPM_TOKEN}`) is replaced here and goes nowhere.
    inspector.head({ url: path, rawHeaders }, this.#target, from);
    const headers = ['host', port === 443 ? host : `${host}:${port}`, ...rawHeaders];
    const far = httpsRequest({ agent: this.#agent, host, port, method, path, headers });
    const answered = new Promise<IncomingMessage>((resolve, reject) =>
      far.once('response', resolve).once('error', reject),
    );
    // Whoever leaves takes the other side along.
    response.once('close', () => far.destroy());
    request.on('data', inspector.body(this.#target, from));
    request.pipe(far);
    try {
      const answer = await answered;
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, passedOn(answer.rawHeaders, undefined));
      await pipeline(answer, response);
    } catch (error) {
      if (response.headersSent) throw error;
      response.writeHead(502, { 'content-type': 'text/plain' });
      response.end(`packwarden: ${STATUS_CODES[502]}: no answer from ${host}:${port}\n`);
    }
  }
}

/** Raw headers without those of the connection; `authorization` takes the place of the sender's. */
function passedOn(raw: readonly string[], authorization: string | undefined): string[] {
  const kept: string[] = authorization === undefined ? [] : ['authorization', authorization];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? '';
    const lower = name.toLowerCase();
    const replaced = lower === 'authorization' && authorization !== undefined;
    if (!OWN_HEADERS.has(lower) && !replaced) kept.push(name, raw[i + 1] ?? '');
  }
  return kept;
}

/** The fronts of a gateway, by host and port. */
export function openFronts(options: FrontOptions): ReadonlyMap<string, RegistryFront> {
  const targets = options.registries.map(targetOf);
  return new Map(targets.map((target) => [`${target.host}:${target.port}`, new RegistryFront(options, target)]));
}
