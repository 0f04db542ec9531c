import { z } from 'zod';
import { OutputError } from './output.js';
import { ask, type OutputRequest } from './request.js';

const PER_PAGE = 100;
/** If a merge request has more notes than this, ours may not be found and is created again. */
const MAX_PAGES = 10;

/** GitLab's REST API of one instance, with one token. */
export class GitlabApi {
  constructor(
    private readonly instance: string,
    private readonly token: string,
    private readonly signal: AbortSignal,
  ) {}

  /** @throws OutputError */
  async get<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    const { text } = await this.#ask(path, { method: 'GET' });
    return read(text, schema);
  }

  /** All elements of a list, page by page. @throws OutputError */
  async *list<T>(path: string, schema: z.ZodType<T>): AsyncGenerator<T> {
    const separator = path.includes('?') ? '&' : '?';
    for (let page = 1; page <= MAX_PAGES; page++) {
      const found = await this.get(`${path}${separator}per_page=${PER_PAGE}&page=${page}`, z.array(schema));
      yield* found;
      if (found.length < PER_PAGE) return;
    }
  }

  /** @throws OutputError */
  async send(method: 'POST' | 'PUT', path: string, body: object, also: readonly number[] = []): Promise<number> {
    const headers = { 'content-type': 'application/json' };
    const { status } = await this.#ask(path, { method, headers, body: JSON.stringify(body), also });
    return status;
  }

  #ask(path: string, request: OutputRequest): Promise<{ status: number; text: string }> {
    const headers = { ...request.headers, 'private-token': this.token };
    return ask(`${this.instance}/api/v4${path}`, { ...request, headers }, this.signal);
  }
}

function read<T>(text: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new OutputError('the answer of GitLab does not match its API', { cause });
  }
}
