import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { pipeline, type Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import { DownloadError, NoRoomError } from './errors.js';
import type { Ask, CacheQuestion } from './port.js';
import type { Spool } from './spool.js';

/** Someone who waits for an answer, and who can fetch it through their job's gateway. */
export interface Requester {
  readonly ask: Ask;
  /** Identifies the gateway behind `ask`: if one gateway fails, the others are tried. */
  readonly gateway: object;
  readonly signal: AbortSignal;
}

/** Time limits for requests to a registry. */
export interface DownloadLimits {
  /** How long the registry may take to start its answer, in milliseconds. */
  readonly answerMs: number;
  /** Pauses before retries, in milliseconds. */
  readonly retryMs: readonly number[];
}

export interface Head {
  readonly status: number;
  /** Headers of the decoded answer. */
  readonly headers: IncomingHttpHeaders;
  /** Whether truncation can be detected: from a length, chunked encoding, or the end marker of gzip. */
  readonly isWhole: boolean;
}

/** Upper limit for honouring a registry's `Retry-After`. */
const MAX_RETRY_AFTER_MS = 20_000;
/** The index of rubygems.org has 20 MB, npm's largest documents 100 MB. */
const MAX_DECODED_BYTES = 512 * 1024 ** 2;
const RETRYABLE: ReadonlySet<string> = new Set(['unreachable', 'unavailable', 'slow']);

/**
 * One answer of a registry, shared by all clients that request it at the same time. It continues when the first client leaves, and through
 * another job's gateway when the first job ends. If the transfer breaks off, the registry is asked again, and the part already received
 * must be identical.
 */
export class Download {
  /** Rejects with a DownloadError when the registry does not answer. */
  readonly head: Promise<Head>;
  /** Resolves when the download has ended, with the error if it failed. */
  readonly ended: Promise<Error | undefined>;
  /** The client through whose gateway the registry was asked last. */
  #lastRequester: Requester | undefined;
  readonly #tried = new WeakSet<object>();
  readonly #requesters = new Set<Requester>();
  readonly #life = new AbortController();
  #resolveHead: (head: Head) => void = () => undefined;
  #rejectHead: (error: Error) => void = () => undefined;
  #seen: Head | undefined;
  #isOver = false;

  constructor(
    /** Name of the registry, for error messages. */
    private readonly name: string,
    private readonly question: CacheQuestion,
    private readonly limits: DownloadLimits,
    readonly spool: Spool,
    first: Requester,
  ) {
    this.head = new Promise((resolve, reject) => {
      this.#resolveHead = resolve;
      this.#rejectHead = reject;
    });
    this.head.catch(() => undefined);
    this.join(first);
    this.ended = this.#run();
  }

  /** All clients have left, so the download was stopped and can't be joined. */
  get isAbandoned(): boolean {
    return this.#life.signal.aborted;
  }

  get lastRequester(): Requester | undefined {
    return this.#lastRequester;
  }

  join(requester: Requester): void {
    this.#requesters.add(requester);
    const leave = (): void => {
      this.#requesters.delete(requester);
      if (this.#requesters.size === 0 && !this.#isOver) this.#life.abort();
    };
    if (requester.signal.aborted) leave();
    else requester.signal.addEventListener('abort', leave, { once: true });
  }

  async #run(): Promise<Error | undefined> {
    try {
      await this.#tryUntilDone();
      this.spool.end();
      return undefined;
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error));
      this.#rejectHead(failure);
      this.spool.end(failure);
      return failure;
    } finally {
      this.#isOver = true;
    }
  }

  async #tryUntilDone(): Promise<void> {
    const pauses = [...this.limits.retryMs];
    for (;;) {
      const requester = this.#next();
      if (requester === undefined) throw new DownloadError('abandoned', 'no client is waiting for it');
      const error = await this.#failureOf(requester);
      if (error === undefined) return;
      if (!(error instanceof DownloadError && RETRYABLE.has(error.code))) throw error;
      // Another job's gateway may still work even if this one's job has ended.
      if (this.#untried() !== undefined) continue;
      const ms = pauses.shift();
      if (ms === undefined) throw error;
      await pause(Math.max(ms, Math.min(error.retryAfterMs ?? 0, MAX_RETRY_AFTER_MS)), undefined, {
        signal: this.#life.signal,
      }).catch(() => undefined);
    }
  }

  #untried(): Requester | undefined {
    return [...this.#requesters].find(({ gateway }) => !this.#tried.has(gateway));
  }

  #next(): Requester | undefined {
    const requester = this.#untried() ?? [...this.#requesters][0];
    if (requester !== undefined) this.#tried.add(requester.gateway);
    return requester;
  }

  async #failureOf(requester: Requester): Promise<Error | undefined> {
    const timeout = new AbortController();
    const deadline = setTimeout(() => timeout.abort(), this.limits.answerMs);
    this.#lastRequester = requester;
    try {
      const answer = await requester.ask(this.question, AbortSignal.any([this.#life.signal, timeout.signal]));
      clearTimeout(deadline);
      await this.#take(answer);
      return undefined;
    } catch (error) {
      if (error instanceof DownloadError || error instanceof NoRoomError) return error;
      if (timeout.signal.aborted) return new DownloadError('slow', `${this.name} does not answer in time`);
      return new DownloadError('unreachable', `no answer from ${this.name}`, { cause: error });
    } finally {
      clearTimeout(deadline);
    }
  }

  async #take(answer: IncomingMessage): Promise<void> {
    const { statusCode: status = 502 } = answer;
    try {
      if (status === 429 || status >= 500) {
        const retryAfterMs = retryAfter(answer.headers['retry-after']);
        throw new DownloadError('unavailable', `${this.name} answered ${status}`, { retryAfterMs });
      }
      const { headers, body } = decoded(answer);
      if (this.#seen !== undefined && this.#seen.status !== status) throw changed();
      const { 'content-length': length, 'transfer-encoding': coding } = answer.headers;
      const isWhole = length !== undefined || coding !== undefined || body !== answer;
      this.#seen ??= { status, headers, isWhole };
      this.#resolveHead(this.#seen);
      await this.#spool(body, body !== answer);
    } finally {
      answer.destroy();
    }
  }

  async #spool(body: Readable, isDecoded: boolean): Promise<void> {
    let at = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      const fresh = at < this.spool.size ? await this.spool.beyond(chunk, at) : chunk;
      at += chunk.length;
      if (isDecoded && at > MAX_DECODED_BYTES)
        throw new DownloadError('too-large', `${this.name} answered with too much`);
      if (fresh.length > 0) await this.spool.append(fresh);
    }
    if (at < this.spool.size) throw changed();
  }
}

function changed(): DownloadError {
  return new DownloadError('changed', 'the registry sent something else when it was asked again');
}

/** Undoes the content encoding of an answer. */
export function decoded(answer: IncomingMessage): { readonly headers: IncomingHttpHeaders; readonly body: Readable } {
  if (answer.headers['content-encoding'] !== 'gzip') return { headers: answer.headers, body: answer };
  const { 'content-encoding': _coding, 'content-length': _length, ...headers } = answer.headers;
  const body = createGunzip();
  // The reader of `body` receives the error.
  pipeline(answer, body, () => undefined);
  return { headers, body };
}

/** Milliseconds. A date is ignored, since it depends on synchronized clocks. */
function retryAfter(value: string | undefined): number | undefined {
  return value !== undefined && /^\d{1,6}$/.test(value) ? Number(value) * 1000 : undefined;
}
