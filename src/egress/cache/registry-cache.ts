import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { answerBy, failureAnswer, headersOf } from './answers.js';
import { Download, type DownloadLimits, type Requester } from './download.js';
import { DownloadError } from './errors.js';
import { Keeper } from './keeper.js';
import { conditionOf } from './lifetime.js';
import type { Ask, CacheAnswer, CacheCounters, CacheRequest, RegistryCache } from './port.js';
import { Spool, type SpoolRoom } from './spool.js';
import { type Entry, Store } from './store.js';
import { documentsOf, type Wanted, wantedOf } from './wanted.js';

/** Options of `openRegistryCache`. */
export interface RegistryCacheOptions {
  /** Used by this process only; created if missing. */
  readonly folder: string;
  /** Disk space for stored answers; downloads in progress may use the same amount again. */
  readonly maxBytes: number;
  readonly clock: { now(): number };
  readonly log: Logger;
  /** @defaultValue 30 s until an answer starts; retries after 1 s and another 4 s, as often as npm does */
  readonly limits?: DownloadLimits;
}

const DOWNLOAD_LIMITS: DownloadLimits = { answerMs: 30_000, retryMs: [1_000, 4_000] };
/** If a stored entry can be served instead, the registry is asked only once and with this short timeout, in milliseconds. */
const SHORT_ANSWER_MS = 5_000;
/** How long a registry that did not answer is not asked again for entries that are stored. */
const AWAY_MS = 10_000;
/** How outdated a document may be that is served because the registry does not answer. */
const STALE_DOCUMENT_MS = 86_400_000;
/** How long the start of a worker waits while a large folder is read. */
const TAKE_OVER_MS = 2_000;
const UNAVAILABLE: ReadonlySet<string> = new Set(['unreachable', 'unavailable', 'slow']);

/** Results of the sandboxes' requests; the cache's own requests are counted in a tally that is discarded. */
type Tally = Record<'hits' | 'hitBytes' | 'misses' | 'shared' | 'stale' | 'unanswered', number>;
const emptyTally = (): Tally => ({ hits: 0, hitBytes: 0, misses: 0, shared: 0, stale: 0, unanswered: 0 });

interface Client extends Requester {
  readonly tally: Tally;
  /** Whether downloads for it may be stored. */
  readonly keeps: boolean;
}

interface Flight {
  readonly download: Download;
  /** It may end with 304, which is only useful to clients whose entry is stored. */
  readonly isConditional: boolean;
}

/**
 * Opens the cache and takes over what an earlier process stored. If that is a lot it continues in the background, and nothing is stored or
 * served until it is done. @throws when the folder can't be used
 */
export async function openRegistryCache(options: RegistryCacheOptions): Promise<RegistryCache> {
  const { folder, maxBytes, clock, log } = options;
  const spools = join(folder, 'downloads');
  await rm(spools, { recursive: true, force: true });
  await mkdir(spools, { recursive: true, mode: 0o700 });
  const store = new Store({ folder: join(folder, 'kept'), maxBytes, now: () => clock.now() });
  const takingOver = store.takeOver();
  takingOver.catch((err: unknown) => log.error({ err, folder }, 'the registry cache cannot be taken over'));
  await Promise.race([takingOver, pause(TAKE_OVER_MS, undefined, { ref: false })]);
  return new FolderCache(options, store, { folder: spools, newName: randomUUID, maxBytes, bytes: 0 });
}

class FolderCache implements RegistryCache {
  readonly #flights = new Map<string, Flight>();
  readonly #awayUntil = new WeakMap<object, number>();
  readonly #limits: DownloadLimits;
  readonly #keeper: Keeper;
  readonly #tally = emptyTally();

  constructor(
    private readonly options: RegistryCacheOptions,
    private readonly store: Store,
    private readonly room: SpoolRoom,
  ) {
    this.#limits = options.limits ?? DOWNLOAD_LIMITS;
    this.#keeper = new Keeper(options, store, (document, requester, keeps) =>
      this.#take(
        { ...document, method: 'GET', gateway: requester.gateway },
        { ...requester, tally: emptyTally(), keeps },
      ),
    );
  }

  counters(): CacheCounters {
    return { ...this.#tally, mismatches: this.#keeper.mismatches, damaged: this.store.damaged };
  }

  answer(request: CacheRequest, ask: Ask, signal: AbortSignal): Promise<CacheAnswer | undefined> {
    return this.#take(request, { ask, gateway: request.gateway, signal, tally: this.#tally, keeps: true });
  }

  async #take(request: CacheRequest, client: Client): Promise<CacheAnswer | undefined> {
    const wanted = wantedOf(request);
    if (wanted === undefined) return undefined;
    const kept = await this.store.find(wanted.key);
    const isFresh = kept !== undefined && this.#isFresh(wanted, kept);
    if (request.method === 'HEAD') return isFresh ? this.#answered(kept, Readable.from([])) : undefined;
    if (!isFresh) return this.#ask(wanted, kept, client);
    return (await this.#give(kept, client)) ?? this.#ask(wanted, undefined, client);
  }

  #isFresh(wanted: Wanted, { confirmed, lifetimeMs }: Entry): boolean {
    if (this.options.clock.now() >= confirmed + lifetimeMs) return false;
    // A newer document of the package may name another hash: some registries allow publishing a version again.
    return documentsOf(wanted).every((key) => (this.store.timeOf(key) ?? 0) <= confirmed);
  }

  #answered(kept: Entry, body: Readable): CacheAnswer {
    return { status: 200, headers: headersOf(kept, this.options.clock.now()), body };
  }

  /** Undefined if the entry is gone or damaged. */
  async #give(kept: Entry, { tally }: Client): Promise<CacheAnswer | undefined> {
    const body = await this.store.read(kept);
    if (body === undefined) return undefined;
    tally.hits += 1;
    tally.hitBytes += kept.size;
    return this.#answered(kept, body);
  }

  async #ask(wanted: Wanted, kept: Entry | undefined, client: Client): Promise<CacheAnswer> {
    if (kept !== undefined && this.options.clock.now() < (this.#awayUntil.get(client.gateway) ?? 0)) {
      const stale = await this.#giveStale(wanted, kept, client);
      if (stale !== undefined) return stale;
    }
    const known = this.#flights.get(wanted.key);
    const isShared = known !== undefined && !known.download.isAbandoned && (kept !== undefined || !known.isConditional);
    const download = isShared ? known.download : this.#start(wanted, kept, client);
    if (isShared) download.join(client);
    const release = download.spool.hold();
    try {
      const head = await unlessAborted(download.head, client.signal);
      this.#awayUntil.delete(client.gateway);
      if (head.status !== 304) {
        client.tally[isShared ? 'shared' : 'misses'] += 1;
        return answerBy(download, head, wanted.question, client, release);
      }
    } catch (error) {
      release();
      client.signal.throwIfAborted();
      return this.#fallback(wanted, kept, client, error);
    }
    release();
    const confirmed = kept === undefined ? undefined : await this.store.find(kept.key);
    return (confirmed && (await this.#give(confirmed, client))) ?? this.#ask(wanted, undefined, client);
  }

  async #fallback(wanted: Wanted, kept: Entry | undefined, client: Client, error: unknown): Promise<CacheAnswer> {
    if (error instanceof DownloadError && UNAVAILABLE.has(error.code)) {
      this.#awayUntil.set(client.gateway, this.options.clock.now() + AWAY_MS);
      const stale = kept === undefined ? undefined : await this.#giveStale(wanted, kept, client);
      if (stale !== undefined) return stale;
    }
    client.tally.unanswered += 1;
    return failureAnswer(error);
  }

  /** A tarball does not become outdated: its content has the hash that the registry named. */
  async #giveStale({ tarball }: Wanted, kept: Entry, client: Client): Promise<CacheAnswer | undefined> {
    const { confirmed, lifetimeMs } = kept;
    const isTooOld = this.options.clock.now() > confirmed + lifetimeMs + STALE_DOCUMENT_MS;
    if (tarball === undefined && isTooOld) return undefined;
    const answer = await this.#give(kept, client);
    if (answer === undefined) return undefined;
    client.tally.stale += 1;
    return { ...answer, headers: { ...answer.headers, warning: '111 proxy "the registry does not answer"' } };
  }

  #start(wanted: Wanted, kept: Entry | undefined, client: Client): Download {
    const { key, question, registry } = wanted;
    const condition = kept === undefined ? undefined : conditionOf(kept.headers);
    const spool = new Spool(this.room);
    const limits =
      kept === undefined ? this.#limits : { answerMs: Math.min(SHORT_ANSWER_MS, this.#limits.answerMs), retryMs: [] };
    const asked = { ...question, headers: { ...question.headers, ...condition } };
    const download = new Download(new URL(registry.url).host, asked, limits, spool, client);
    const flight = { download, isConditional: condition !== undefined };
    this.#flights.set(key, flight);
    const release = spool.hold();
    const settled = (): void => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
      release();
    };
    this.#keeper.settle(wanted, download, client.keeps).then(settled, settled);
    return download;
  }
}

async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let leave: () => void = () => undefined;
  const left = new Promise<never>((_resolve, reject) => {
    leave = () => reject(signal.reason);
  });
  signal.addEventListener('abort', leave);
  if (signal.aborted) leave();
  try {
    return await Promise.race([promise, left]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}
