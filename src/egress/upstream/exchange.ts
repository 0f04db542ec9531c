import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Inspector } from '../content/inspector.js';
import type { Destination } from '../destination.js';
import type { Gatekeeper } from '../doors/gatekeeper.js';
import { EgressRefusedError } from '../errors.js';
import { valuesOf, without } from '../raw-headers.js';
import { say } from '../registry/front-answer.js';
import type { Permitted, RegistryMitm } from '../registry/registry-mitm.js';
import { parseHost } from '../target.js';
import { forward, type OnwardParts } from './onward.js';
import { type RestCaps, readRest } from './rest.js';
import { answer, type Sink, statusOf } from './sink.js';

/** Dependencies of the exchange. */
export interface ExchangeParts extends OnwardParts {
  readonly gatekeeper: Gatekeeper;
  readonly inspector: Inspector;
  /** Keys are `host:port`. */
  readonly registryMitms: ReadonlyMap<string, RegistryMitm>;
  /** Undefined if refused requests get 403 instead. */
  readonly sink: Sink | undefined;
  readonly caps: RestCaps;
}

/** Answers each readable request of a sandbox: by a registry, by the requested host, or by the sink on its behalf. */
export class Exchange {
  readonly #parts: ExchangeParts;

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
  }

  registryFor({ host, port }: Destination['target']): RegistryMitm | undefined {
    return this.#parts.registryMitms.get(`${host}:${port}`);
  }

  /** `first`: a connection to the destination that was already made. */
  async take(
    request: IncomingMessage,
    response: ServerResponse,
    destination: Destination,
    first?: Socket,
  ): Promise<void> {
    const other = otherHost(request, destination);
    if (other !== undefined) return this.#misdirected(request, response, destination, other);
    if (!isPermitted(destination)) return this.#answerForRefused(request, response, destination);
    const registry = this.registryFor(destination.target);
    if (registry !== undefined) return registry.take(request, response, destination);
    if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue();
    this.#removePlantedToken(request, destination.target.host);
    return forward(this.#parts, request, response, destination, first);
  }

  /**
   * npm sends its token to any URL on the registry's host that the registry names. If it is a planted token that is not exfiltration, but
   * it must not leave.
   */
  #removePlantedToken(request: IncomingMessage, host: string): void {
    const isOfRegistry = [...this.#parts.registryMitms.keys()].some((each) => each.startsWith(`${host}:`));
    if (!isOfRegistry || !this.#parts.inspector.holdsSecret(request.headers.authorization)) return;
    request.rawHeaders = without(request.rawHeaders, 'authorization');
    delete request.headers.authorization;
  }

  /** Nothing is sent upstream; the request's body is read up to the limit. */
  async #answerForRefused(request: IncomingMessage, response: ServerResponse, destination: Destination): Promise<void> {
    const { reader, sink, caps } = this.#parts;
    const { target, from, refusal = 'it is refused' } = destination;
    if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue();
    const reading = reader.open(request, destination);
    request.on('data', (chunk: Buffer) => reading.take(chunk));
    reading.cutOff(await readRest(request, caps));
    const status = sink === undefined ? 403 : statusOf(sink, request.method ?? '');
    await reading.end({ ...target, via: from.via, allowed: false }, status);
    if (sink === undefined) say(response, status, `refused: ${refusal}`);
    else answer(status, response, refusal);
  }

  /**
   * A request inside a tunnel for another host than the tunnel's: a way around an allow list if both are on the same server (domain
   * fronting).
   */
  async #misdirected(
    request: IncomingMessage,
    response: ServerResponse,
    { target, from }: Destination,
    other: string,
  ): Promise<void> {
    const { gatekeeper, reader, caps } = this.#parts;
    const named = { host: other, port: target.port };
    gatekeeper.refuseRequest(named, from);
    const reading = reader.open(request, { target: named, from });
    request.on('data', (chunk: Buffer) => reading.take(chunk));
    reading.cutOff(await readRest(request, caps));
    await reading.end({ ...named, via: from.via, allowed: false }, 421);
    say(response, 421, `refused: the tunnel is for ${target.host}, the request names another host`);
  }
}

function isPermitted(destination: Destination): destination is Permitted {
  return destination.permit !== undefined;
}

/**
 * The host in the `Host` headers if it differs from the destination; the destination itself if there are several equal ones, since servers
 * differ in which one they use. Undefined without such a header.
 */
function otherHost({ rawHeaders }: IncomingMessage, { target }: Destination): string | undefined {
  const all = valuesOf(rawHeaders, 'host').filter((value) => value !== '');
  const other = all.map((named) => otherThan(target, named)).find((named) => named !== undefined);
  return other ?? (all.length > 1 ? target.host : undefined);
}

function otherThan(target: Destination['target'], named: string): string | undefined {
  const match = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(named);
  if (match?.[1] === undefined) return named;
  try {
    const isSame = parseHost(match[1]) === target.host && (match[2] === undefined || Number(match[2]) === target.port);
    return isSame ? undefined : match[1].toLowerCase();
  } catch (error) {
    if (error instanceof EgressRefusedError) return named;
    throw error;
  }
}
