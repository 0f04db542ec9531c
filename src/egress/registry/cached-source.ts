import type { IncomingMessage } from 'node:http';
import type { Ask, RegistryCache } from '../cache/port.js';
import type { Gatekeeper } from '../doors/gatekeeper.js';
import { redirectTarget, urlOf } from './elsewhere.js';
import type { RegistryAnswer, RegistryRequest, RegistrySource } from './source.js';
import type { UpstreamSource } from './upstream-source.js';

/** Limit for redirects between a registry and its file storage, against loops. */
const MAX_STEPS = 3;

/** Answers cacheable requests from the worker's cache, and sends the others to the registries through this job's gateway. */
export class CachedSource implements RegistrySource {
  constructor(
    private readonly upstream: UpstreamSource,
    private readonly cache: RegistryCache,
    private readonly gatekeeper: Gatekeeper,
  ) {}

  async answer(asked: RegistryRequest, leaving: AbortSignal): Promise<RegistryAnswer> {
    const { registry, method, path, headers } = asked;
    const { host = '' } = headers;
    const credentials = registry.authorization === undefined ? {} : { authorization: registry.authorization };
    // Other clients may wait for the same download, so it is aborted with the gateway and not with this request.
    const ask: Ask = async (question, until) => {
      const headers = { ...question.headers, host, ...credentials };
      const answer = await this.upstream.open({ ...asked, method: 'GET', path: question.path, headers }, until);
      return question.mayRedirect ? this.#followRedirects(answer, new URL(question.path, registry.url), until) : answer;
    };
    const kept = await this.cache.answer({ registry, method, path, headers, gateway: this }, ask, leaving);
    if (kept === undefined) return this.upstream.answer(asked, leaving);
    const { status, body, fault } = kept;
    return { status, rawHeaders: Object.entries(kept.headers).flat(), body, fault };
  }

  /** If the job may not reach a redirect's target, the redirect itself is the answer. */
  async #followRedirects(first: IncomingMessage, asked: URL, until: AbortSignal): Promise<IncomingMessage> {
    let answer = first;
    let from = asked;
    for (let steps = 0; steps < MAX_STEPS; steps += 1) {
      const place = redirectTarget(answer, from);
      const permit = place && (await this.gatekeeper.reached(place.target));
      if (place === undefined || permit === undefined) return answer;
      answer.destroy();
      answer = await this.upstream.redirected(place, permit, until);
      from = urlOf(place);
    }
    return answer;
  }

  close(): void {
    this.upstream.close();
  }
}
