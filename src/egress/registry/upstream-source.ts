import { setMaxListeners } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Permit } from '../doors/gatekeeper.js';
import { sendOnce, sendPooled, UpstreamAgent, type UpstreamOptions } from '../upstream/upstream.js';
import { type RedirectTarget, urlOf } from './elsewhere.js';
import { answerHeaders } from './front-headers.js';
import type { RegistryAnswer, RegistryRequest, RegistrySource } from './source.js';

/** Sends requests to the registries. */
export class UpstreamSource implements RegistrySource {
  readonly #life = new AbortController();
  readonly #agents = new Map<string, UpstreamAgent>();

  constructor(private readonly options: UpstreamOptions) {
    // Each connection listens to this signal; as many listeners as a sandbox may have connections are not a leak.
    setMaxListeners(0, this.#life.signal);
  }

  async answer(asked: RegistryRequest, leaving: AbortSignal): Promise<RegistryAnswer> {
    const answer = await this.open(asked, leaving);
    const { statusCode: status = 502, statusMessage: statusText } = answer;
    return { status, statusText, rawHeaders: answerHeaders(answer), body: answer };
  }

  /** Returns the registry's answer as a stream. @throws EgressFailedError, or Node's error of the connection */
  open(asked: RegistryRequest, leaving: AbortSignal): Promise<IncomingMessage> {
    const { target, permit, registry, method, path, headers } = asked;
    const signal = AbortSignal.any([this.#life.signal, leaving]);
    const end = { target, permit, secure: registry.url.startsWith('https:') };
    const bare = { method, path, headers };
    // With credentials each connection carries a single request (request smuggling, RFC 9112 §11.2).
    return registry.authorization === undefined
      ? sendPooled(this.#agent(end), { ...bare, headers: { ...headers, connection: 'keep-alive' } }, signal)
      : sendOnce(this.options, end, { ...bare, headers: { ...headers, connection: 'close' } }, signal);
  }

  /** Fetches a redirect's target, without the registry's credentials. @throws like `open` */
  redirected(place: RedirectTarget, permit: Permit, leaving: AbortSignal): Promise<IncomingMessage> {
    const { target, secure, path } = place;
    const signal = AbortSignal.any([this.#life.signal, leaving]);
    const headers = {
      host: urlOf(place).host,
      accept: '*/*',
      'accept-encoding': 'identity',
      'user-agent': 'packwarden',
    };
    const bare = { method: 'GET', path, headers: { ...headers, connection: 'close' } } as const;
    return sendOnce(this.options, { target, permit, secure }, bare, signal);
  }

  close(): void {
    this.#life.abort();
    for (const agent of this.#agents.values()) agent.destroy();
  }

  #agent(end: ConstructorParameters<typeof UpstreamAgent>[1]): UpstreamAgent {
    const { host, port } = end.target;
    const key = `${end.secure} ${host}:${port}`;
    const known = this.#agents.get(key);
    if (known !== undefined) return known;
    const made = new UpstreamAgent(this.options, end, this.#life.signal);
    this.#agents.set(key, made);
    return made;
  }
}
