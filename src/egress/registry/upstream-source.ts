import { setMaxListeners } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Permit } from '../doors/gatekeeper.js';
import { askedBy, askedOnce, FarAgent, type UpstreamOptions } from '../upstream/upstream.js';
import { type Elsewhere, urlOf } from './elsewhere.js';
import { answerHeaders } from './front-headers.js';
import type { RegistryAnswer, RegistryRequest, RegistrySource } from './source.js';

/** Asks the registries themselves. */
export class UpstreamSource implements RegistrySource {
  readonly #life = new AbortController();
  readonly #agents = new Map<string, FarAgent>();

  constructor(private readonly options: UpstreamOptions) {
    // Each connection listens for the end: as many as a sandbox may have are no leak.
    setMaxListeners(0, this.#life.signal);
  }

  async answer(asked: RegistryRequest, leaving: AbortSignal): Promise<RegistryAnswer> {
    const answer = await this.open(asked, leaving);
    const { statusCode: status = 502, statusMessage: statusText } = answer;
    return { status, statusText, rawHeaders: answerHeaders(answer), body: answer };
  }

  /** As it comes from the registry. @throws EgressFailedError, or what Node says of the connection */
  open(asked: RegistryRequest, leaving: AbortSignal): Promise<IncomingMessage> {
    const { target, permit, registry, method, path, headers } = asked;
    const signal = AbortSignal.any([this.#life.signal, leaving]);
    const end = { target, permit, secure: registry.url.startsWith('https:') };
    const bare = { method, path, headers };
    // Where credentials are sent, a connection carries one request (request smuggling, RFC 9112 §11.2).
    return registry.authorization === undefined
      ? askedBy(this.#agent(end), { ...bare, headers: { ...headers, connection: 'keep-alive' } }, signal)
      : askedOnce(this.options, end, { ...bare, headers: { ...headers, connection: 'close' } }, signal);
  }

  /** What lies at another place than the registry; it gets no credentials. @throws like `open` */
  elsewhere(place: Elsewhere, permit: Permit, leaving: AbortSignal): Promise<IncomingMessage> {
    const { target, secure, path } = place;
    const signal = AbortSignal.any([this.#life.signal, leaving]);
    const headers = {
      host: urlOf(place).host,
      accept: '*/*',
      'accept-encoding': 'identity',
      'user-agent': 'packwarden',
    };
    const bare = { method: 'GET', path, headers: { ...headers, connection: 'close' } } as const;
    return askedOnce(this.options, { target, permit, secure }, bare, signal);
  }

  close(): void {
    this.#life.abort();
    for (const agent of this.#agents.values()) agent.destroy();
  }

  #agent(end: ConstructorParameters<typeof FarAgent>[1]): FarAgent {
    const { host, port } = end.target;
    const key = `${end.secure} ${host}:${port}`;
    const known = this.#agents.get(key);
    if (known !== undefined) return known;
    const made = new FarAgent(this.options, end, this.#life.signal);
    this.#agents.set(key, made);
    return made;
  }
}
