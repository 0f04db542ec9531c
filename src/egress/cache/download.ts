import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { pipeline, type Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import { DownloadError, NoRoomError } from './errors.js';
import type { Ask, CacheQuestion } from './port.js';
import type { Spool } from './spool.js';

/** Somebody who waits for an answer, and by whose way out it may be asked for. */
export interface Asker {
  readonly ask: Ask;
  /** What `ask` goes by: with one way out of several failing, the others are tried. */
  readonly way: object;
  readonly signal: AbortSignal;
}

/** How a registry is asked. */
export interface DownloadLimits {
  /** How long it may take to begin an answer, in milliseconds. */
  readonly answerMs: number;
  /** Pauses before it is asked once more, in milliseconds. */
  readonly retryMs: readonly number[];
}

export interface Head {
  readonly status: number;
  /** Those of the decoded answer. */
  readonly headers: IncomingHttpHeaders;
  /** Whether an end that comes too early is noticed: a length, chunks or gzip's own end tell. */
  readonly isWhole: boolean;
}

/** The longest that a registry's `Retry-After` is kept to. */
const MAX_RETRY_AFTER_MS = 20_000;
/** The index of rubygems.org has 20 MB, the largest documents of npm 100. */
const MAX_DECODED_BYTES = 512 * 1024 ** 2;
const WORTH_ANOTHER_TRY: ReadonlySet<string> = new Set(['unreachable', 'unavailable', 'slow']);

/**
 * One answer of a registry for all who ask for it meanwhile. It goes on when the one who asked first leaves, and by another one's way
 * out when that one's job ends. When it is cut the registry is asked again, and gives what is missing only if the rest is the same.
 */
export class Download {
  /** Rejects with a DownloadError when there is no answer. */
  readonly head: Promise<Head>;
  /** When nothing more comes: with what went wrong, if anything did. */
  readonly ended: Promise<Error | undefined>;
  /** By which it was asked last. */
  #asker: Asker | undefined;
  readonly #tried = new WeakSet<object>();
  readonly #askers = new Set<Asker>();
  readonly #life = new AbortController();
  #tellHead: (head: Head) => void = () => undefined;
  #failHead: (error: Error) => void = () => undefined;
  #seen: Head | undefined;
  #isOver = false;

  constructor(
    /** Of the registry, for who is told that it does not answer. */
    private readonly name: string,
    private readonly question: CacheQuestion,
    private readonly limits: DownloadLimits,
    readonly spool: Spool,
    first: Asker,
  ) {
    this.head = new Promise((resolve, reject) => {
      this.#tellHead = resolve;
      this.#failHead = reject;
    });
    this.head.catch(() => undefined);
    this.join(first);
    this.ended = this.#run();
  }

  /** Nobody waits any more, so it was stopped: it can't be joined. */
  get isAbandoned(): boolean {
    return this.#life.signal.aborted;
  }

  get lastAsker(): Asker | undefined {
    return this.#asker;
  }

  join(asker: Asker): void {
    this.#askers.add(asker);
    const leave = (): void => {
      this.#askers.delete(asker);
      if (this.#askers.size === 0 && !this.#isOver) this.#life.abort();
    };
    if (asker.signal.aborted) leave();
    else asker.signal.addEventListener('abort', leave, { once: true });
  }

  async #run(): Promise<Error | undefined> {
    try {
      await this.#tryUntilDone();
      this.spool.end();
      return undefined;
    } catch (error) {
      const why = error instanceof Error ? error : new Error(String(error));
      this.#failHead(why);
      this.spool.end(why);
      return why;
    } finally {
      this.#isOver = true;
    }
  }

  async #tryUntilDone(): Promise<void> {
    const pauses = [...this.limits.retryMs];
    for (;;) {
      const asker = this.#next();
      if (asker === undefined) throw new DownloadError('abandoned', 'nobody waits for it');
      const error = await this.#failureOf(asker);
      if (error === undefined) return;
      if (!(error instanceof DownloadError && WORTH_ANOTHER_TRY.has(error.code))) throw error;
      // Another job's way out may be open where this one's has come to its end.
      if (this.#untried() !== undefined) continue;
      const ms = pauses.shift();
      if (ms === undefined) throw error;
      await pause(Math.max(ms, Math.min(error.retryAfterMs ?? 0, MAX_RETRY_AFTER_MS)), undefined, {
        signal: this.#life.signal,
      }).catch(() => undefined);
    }
  }

  #untried(): Asker | undefined {
    return [...this.#askers].find(({ way }) => !this.#tried.has(way));
  }

  #next(): Asker | undefined {
    const asker = this.#untried() ?? [...this.#askers][0];
    if (asker !== undefined) this.#tried.add(asker.way);
    return asker;
  }

  async #failureOf(asker: Asker): Promise<Error | undefined> {
    const giveUp = new AbortController();
    const deadline = setTimeout(() => giveUp.abort(), this.limits.answerMs);
    this.#asker = asker;
    try {
      const answer = await asker.ask(this.question, AbortSignal.any([this.#life.signal, giveUp.signal]));
      clearTimeout(deadline);
      await this.#take(answer);
      return undefined;
    } catch (error) {
      if (error instanceof DownloadError || error instanceof NoRoomError) return error;
      if (giveUp.signal.aborted) return new DownloadError('slow', `${this.name} does not answer in time`);
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
      this.#tellHead(this.#seen);
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
  return new DownloadError('changed', 'the registry gave something else when it was asked again');
}

/** What an answer says without the coding that it was asked for. */
export function decoded(answer: IncomingMessage): { readonly headers: IncomingHttpHeaders; readonly body: Readable } {
  if (answer.headers['content-encoding'] !== 'gzip') return { headers: answer.headers, body: answer };
  const { 'content-encoding': _coding, 'content-length': _length, ...headers } = answer.headers;
  const body = createGunzip();
  // Whoever reads it is told what went wrong.
  pipeline(answer, body, () => undefined);
  return { headers, body };
}

/** Milliseconds; a date is not kept to, it needs a clock that agrees. */
function retryAfter(value: string | undefined): number | undefined {
  return value !== undefined && /^\d{1,6}$/.test(value) ? Number(value) * 1000 : undefined;
}
