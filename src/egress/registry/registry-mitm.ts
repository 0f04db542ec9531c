import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Inspector } from '../content/inspector.js';
import type { Reader } from '../content/reading.js';
import type { Destination } from '../destination.js';
import type { Gatekeeper, Permit } from '../doors/gatekeeper.js';
import { Slots } from '../doors/slots.js';
import { EgressFailedError } from '../errors.js';
import { without } from '../raw-headers.js';
import type { Target } from '../target.js';
import { type RestCaps, readRest } from '../upstream/rest.js';
import type { RegistryAskLog } from './asks.js';
import { type Fault, faultOf, say } from './front-answer.js';
import { headersTo } from './front-headers.js';
import { type KnownRegistry, targetOf } from './known-registry.js';
import type { OutageLog } from './outages.js';
import { packagesAsked } from './package-asked.js';
import { registryAsked } from './routes.js';
import type { RegistrySource } from './source.js';

/** Dependencies of the registry handlers. */
export interface RegistryMitmOptions {
  readonly registries: readonly KnownRegistry[];
  readonly source: RegistrySource;
  readonly asks: RegistryAskLog;
  readonly outages: OutageLog;
  readonly gatekeeper: Gatekeeper;
  readonly inspector: Inspector;
  readonly reader: Reader;
  readonly caps: RestCaps;
}

/** A permitted destination. */
export type Permitted = Destination & { readonly permit: Permit };

/** Simultaneous requests to one registry; npm makes 15. */
const MAX_REQUESTS = 32;
const NO_ROUTE: Fault = { status: 403, reason: 'an install does not need this request' };
const REVEALS_SANDBOX: Fault = { status: 403, reason: 'the request reveals facts about the sandbox' };
/** Facts about the sandbox that no package manager sends to a registry. (Some do send their working directory.) */
const REVEALING: ReadonlySet<string> = new Set(['the host name', 'the environment']);
/** Limit for queued requests: more than the connections of a sandbox, so it is only reached with pipelining. */
const MAX_WAITING = 512;

/**
 * Handles requests to the registries of one host, and adds the credentials of those that need them. Tarballs that a lock file or a
 * package's metadata locates on this host are requested here, too.
 *
 * Each request to a registry is built anew. The boundaries of the client's message are interpreted here only and never passed on, so that
 * the gateway and the registry can't disagree about them (request smuggling, RFC 9112 §11.2).
 */
export class RegistryMitm {
  readonly #options: RegistryMitmOptions;
  readonly #target: Target;
  readonly #slots = new Slots(MAX_REQUESTS, MAX_WAITING);
  /** Connections on which a request was refused. */
  readonly #refused = new WeakSet<Duplex>();

  constructor(options: RegistryMitmOptions, target: Target) {
    this.#options = options;
    this.#target = target;
  }

  async take(request: IncomingMessage, response: ServerResponse, destination: Permitted): Promise<void> {
    if (this.#refused.has(request.socket))
      return say(response, 400, 'an earlier request on this connection was refused');
    const fault = faultOf(request);
    if (fault !== undefined) return this.#refuse(request, response, fault, destination);
    const { method = '', url = '' } = request;
    const registry = registryAsked(this.#options.registries, this.#target, method, url);
    if (registry === undefined) return this.#refuse(request, response, NO_ROUTE, destination);
    const leaving = new AbortController();
    response.once('close', () => leaving.abort());
    const release = await this.#slots.take();
    if (release === undefined) return say(response, 503, 'too many requests at a time');
    try {
      if (!leaving.signal.aborted) await this.#forward(request, response, registry, destination, leaving.signal);
    } finally {
      release();
    }
  }

  /** Records the request together with its body, and closes the connection, so that the rest can't be taken for another request. */
  async #refuse(
    request: IncomingMessage,
    response: ServerResponse,
    { status, reason }: Fault,
    { from }: Permitted,
  ): Promise<void> {
    const { gatekeeper, reader, caps } = this.#options;
    this.#refused.add(request.socket);
    gatekeeper.refuseRequest(this.#target, from);
    const reading = reader.open(request, { target: this.#target, from });
    request.on('data', (chunk: Buffer) => reading.take(chunk));
    reading.cutOff(await readRest(request, caps));
    await reading.end({ ...this.#target, via: from.via, allowed: false }, status);
    say(response, status, `refused: ${reason}`);
  }

  async #forward(
    request: IncomingMessage,
    response: ServerResponse,
    registry: KnownRegistry,
    destination: Permitted,
    leaving: AbortSignal,
  ): Promise<void> {
    const { from, permit } = destination;
    const { gatekeeper, inspector, source, asks, outages } = this.#options;
    const { host, port } = this.#target;
    const { url: path = '', rawHeaders } = request;
    const { authorization } = registry;
    const method = request.method === 'HEAD' ? 'HEAD' : 'GET';
    // A planted token that the project's own `.npmrc` sends (`${NPM_TOKEN}`) is replaced or removed here, so it goes nowhere.
    const isPlanted = inspector.holdsSecret(request.headers.authorization);
    const isLeftOut = authorization !== undefined || isPlanted;
    const read = isLeftOut ? without(rawHeaders, 'authorization') : rawHeaders;
    const head = { url: path, rawHeaders: read };
    const isPlainLeak = inspector.head(head, this.#target, from);
    const { isLeak, tells } = await inspector.headDecoded(head, this.#target, from);
    if (isPlainLeak || isLeak || tells.some((what) => REVEALING.has(what))) {
      return this.#refuse(request, response, REVEALS_SANDBOX, destination);
    }
    const headers = headersTo(
      this.#target,
      request,
      authorization ?? (isPlanted ? undefined : request.headers.authorization),
    );
    const all = packagesAsked(registry, path);
    const about = all.length === 1 ? all[0] : undefined;
    const failed = (reason: string): void => outages.failed(this.#target, path, { reason, about });
    try {
      const asked = { target: this.#target, permit, registry, method, path, headers } as const;
      const answer = await source.answer(asked, leaving);
      for (const one of all) asks.note({ ...this.#target, ...one, status: answer.status }, from.clientPort);
      const fault = answer.fault ?? (isFault(answer.status) ? `answered ${answer.status}` : undefined);
      if (fault !== undefined) failed(fault);
      answer.body.once('error', () => leaving.aborted || failed('broke off'));
      response.writeHead(answer.status, answer.statusText, [...answer.rawHeaders]);
      await pipeline(answer.body, response);
      if (fault === undefined) outages.given(this.#target, path);
    } catch (error) {
      if (response.headersSent) throw error;
      if (error instanceof EgressFailedError && error.code === 'unproven') {
        const row = { host, port, via: from.via, allowed: true };
        gatekeeper.recordUnread(row, { reason: 'bad-certificate', serverName: null });
      }
      if (!leaving.aborted) failed('could not be reached');
      say(response, 502, `no answer from ${host}:${port}`);
    }
  }
}

/** The registry is temporarily unable to answer; it may succeed when asked again. */
function isFault(status: number): boolean {
  return status === 429 || status >= 500;
}

/** The registry handlers of a gateway, by host and port. */
export function openRegistryMitms(options: RegistryMitmOptions): ReadonlyMap<string, RegistryMitm> {
  const targets = options.registries.map(targetOf);
  return new Map(targets.map((target) => [`${target.host}:${target.port}`, new RegistryMitm(options, target)]));
}
