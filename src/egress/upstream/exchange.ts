import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Inspector } from '../content/inspector.js';
import type { Destination } from '../destination.js';
import type { Gatekeeper } from '../doors/gatekeeper.js';
import { EgressRefusedError } from '../errors.js';
import { say } from '../registry/front-answer.js';
import { valuesOf, without } from '../registry/front-headers.js';
import type { Permitted, RegistryMitm } from '../registry/registry-mitm.js';
import { parseHost } from '../target.js';
import { type OnwardParts, passOn } from './onward.js';
import { type RestCaps, readRest } from './rest.js';
import { answer, type Sink, statusOf } from './sink.js';

/** What answering requests needs. */
export interface ExchangeParts extends OnwardParts {
  readonly gatekeeper: Gatekeeper;
  readonly inspector: Inspector;
  /** By `host:port`. */
  readonly fronts: ReadonlyMap<string, RegistryMitm>;
  /** Undefined where a refused request is told so. */
  readonly sink: Sink | undefined;
  readonly caps: RestCaps;
}

/** Answers each request of a sandbox that could be read: by a registry, by the host that it is for, or in the place of one. */
export class Exchange {
  readonly #parts: ExchangeParts;

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
  }

  frontFor({ host, port }: Destination['target']): RegistryMitm | undefined {
    return this.#parts.fronts.get(`${host}:${port}`);
  }

  /** `first`: a connection to the destination that was made already. */
  async take(
    request: IncomingMessage,
    response: ServerResponse,
    destination: Destination,
    first?: Socket,
  ): Promise<void> {
    const other = otherHost(request, destination);
    if (other !== undefined) return this.#misdirected(request, response, destination, other);
    if (!isPermitted(destination)) return this.#sunk(request, response, destination);
    const front = this.frontFor(destination.target);
    if (front !== undefined) return front.take(request, response, destination);
    if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue();
    this.#keepToken(request, destination.target.host);
    return passOn(this.#parts, request, response, destination, first);
  }

  /** npm shows its token wherever a registry sends it on the same host; a planted one is nobody's secret there, and goes no further. */
  #keepToken(request: IncomingMessage, host: string): void {
    const isOfRegistry = [...this.#parts.fronts.keys()].some((each) => each.startsWith(`${host}:`));
    if (!isOfRegistry || !this.#parts.inspector.holdsSecret(request.headers.authorization)) return;
    request.rawHeaders = without(request.rawHeaders, 'authorization');
    delete request.headers.authorization;
  }

  /** Nothing leaves; what would have been sent is read to its end, as far as it is read. */
  async #sunk(request: IncomingMessage, response: ServerResponse, destination: Destination): Promise<void> {
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

  /** A request for another host than the tunnel is for: the way past an allow list that shares a server with others (fronting). */
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
    say(response, 421, `refused: the tunnel is for ${target.host}, the request for another host`);
  }
}

function isPermitted(destination: Destination): destination is Permitted {
  return destination.permit !== undefined;
}

/**
 * What the `Host` headers name where it is not what was asked for, and that it is said twice; a request without one names nothing else.
 * Of two, one server believes the first and another one the last.
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
