import type { IncomingMessage } from 'node:http';
import type { Ask, RegistryCache } from '../cache/port.js';
import type { Gatekeeper } from '../doors/gatekeeper.js';
import { elsewhereIn, urlOf } from './elsewhere.js';
import type { RegistryAnswer, RegistryRequest, RegistrySource } from './source.js';
import type { UpstreamSource } from './upstream-source.js';

/** From a registry to where it keeps its files; more is a circle. */
const MAX_STEPS = 3;

/** Answers from the worker's cache what is one's to answer, and asks the registries for the rest by this job's way out. */
export class CachedSource implements RegistrySource {
  constructor(
    private readonly far: UpstreamSource,
    private readonly cache: RegistryCache,
    private readonly gatekeeper: Gatekeeper,
  ) {}

  async answer(asked: RegistryRequest, leaving: AbortSignal): Promise<RegistryAnswer> {
    const { registry, method, path, headers } = asked;
    const { host = '' } = headers;
    const byRight = registry.authorization === undefined ? {} : { authorization: registry.authorization };
    // Others may wait for the same download, so it ends with the gateway and not with this request.
    const ask: Ask = async (question, until) => {
      const headers = { ...question.headers, host, ...byRight };
      const answer = await this.far.open({ ...asked, method: 'GET', path: question.path, headers }, until);
      return question.mayLieElsewhere ? this.#followed(answer, new URL(question.path, registry.url), until) : answer;
    };
    const kept = await this.cache.answer({ registry, method, path, headers, way: this }, ask, leaving);
    if (kept === undefined) return this.far.answer(asked, leaving);
    const { status, body, fault } = kept;
    return { status, rawHeaders: Object.entries(kept.headers).flat(), body, fault };
  }

  /** Where the job may not reach what a redirect names, it is the answer. */
  async #followed(first: IncomingMessage, asked: URL, until: AbortSignal): Promise<IncomingMessage> {
    let answer = first;
    let from = asked;
    for (let steps = 0; steps < MAX_STEPS; steps += 1) {
      const place = elsewhereIn(answer, from);
      const permit = place && (await this.gatekeeper.reached(place.target));
      if (place === undefined || permit === undefined) return answer;
      answer.destroy();
      answer = await this.far.elsewhere(place, permit, until);
      from = urlOf(place);
    }
    return answer;
  }

  close(): void {
    this.far.close();
  }
}
