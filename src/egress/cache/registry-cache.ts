import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { answerBy, headersOf, sorry } from './answers.js';
import { type Asker, Download, type DownloadLimits } from './download.js';
import { DownloadError } from './errors.js';
import { Keeper } from './keeper.js';
import { conditionOf } from './lifetime.js';
import type { Ask, CacheAnswer, CacheCounters, CacheRequest, RegistryCache } from './port.js';
import { Spool, type SpoolRoom } from './spool.js';
import { type Entry, Store } from './store.js';
import { documentsOf, type Wanted, wantedOf } from './wanted.js';

/** What `openRegistryCache` needs. */
export interface RegistryCacheOptions {
  /** Of this process alone; made when it is missing. */
  readonly folder: string;
  /** Of disk, for what is kept; what is on its way may take as much again. */
  readonly maxBytes: number;
  readonly clock: { now(): number };
  readonly log: Logger;
  /** @defaultValue 30 s for an answer to begin; asked again after 1 s and 4 s more, as often as npm does */
  readonly limits?: DownloadLimits;
}

const DOWNLOAD_LIMITS: DownloadLimits = { answerMs: 30_000, retryMs: [1_000, 4_000] };
/** Where something is kept that can be given instead, the registry is asked once, and not for long; milliseconds. */
const SHORT_ANSWER_MS = 5_000;
/** For how long a registry that did not answer is not asked again for what is kept anyway. */
const AWAY_MS = 10_000;
/** How far out of date a document may be that is given because the registry does not answer. */
const STALE_DOCUMENT_MS = 86_400_000;
/** How long the start of a worker waits for a large folder. */
const TAKE_OVER_MS = 2_000;
const AWAY: ReadonlySet<string> = new Set(['unreachable', 'unavailable', 'slow']);

/** What requests of sandboxes came to; the cache's own questions are counted in one that nobody reads. */
type Tally = Record<'hits' | 'hitBytes' | 'misses' | 'shared' | 'stale' | 'unanswered', number>;
const emptyTally = (): Tally => ({ hits: 0, hitBytes: 0, misses: 0, shared: 0, stale: 0, unanswered: 0 });

interface Client extends Asker {
  readonly tally: Tally;
  /** Whether what is downloaded for it may be kept. */
  readonly keeps: boolean;
}

interface Flight {
  readonly download: Download;
  /** It may end with "still the same", which helps only who has something. */
  readonly isConditional: boolean;
}

/**
 * Opens the cache, taking over what an earlier process left; where that is much it goes on behind, and nothing is kept or given until it
 * is done. @throws when the folder can't be used
 */
export async function openRegistryCache(options: RegistryCacheOptions): Promise<RegistryCache> {
  const { folder, maxBytes, clock, log } = options;
  const spools = join(folder, 'downloads');
  await rm(spools, { recursive: true, force: true });
  await mkdir(spools, { recursive: true, mode: 0o700 });
  const store = new Store({ folder: join(folder, 'kept'), maxBytes, now: () => clock.now() });
  const takingOver = store.takeOver();
  takingOver.catch((err: unknown) => log.error({ err, folder }, 'the registry cache can not be taken over'));
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
    this.#keeper = new Keeper(options, store, (document, asker, keeps) =>
      this.#take({ ...document, method: 'GET', way: asker.way }, { ...asker, tally: emptyTally(), keeps }),
    );
  }

  counters(): CacheCounters {
    return { ...this.#tally, mismatches: this.#keeper.mismatches, damaged: this.store.damaged };
  }

  answer(request: CacheRequest, ask: Ask, signal: AbortSignal): Promise<CacheAnswer | undefined> {
    return this.#take(request, { ask, way: request.way, signal, tally: this.#tally, keeps: true });
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
    // A package's newer document may name other bytes: some registries let a version be published once more.
    return documentsOf(wanted).every((key) => (this.store.timeOf(key) ?? 0) <= confirmed);
  }

  #answered(kept: Entry, body: Readable): CacheAnswer {
    return { status: 200, headers: headersOf(kept, this.options.clock.now()), body };
  }

  /** Undefined where the entry has gone or is damaged. */
  async #give(kept: Entry, { tally }: Client): Promise<CacheAnswer | undefined> {
    const body = await this.store.read(kept);
    if (body === undefined) return undefined;
    tally.hits += 1;
    tally.hitBytes += kept.size;
    return this.#answered(kept, body);
  }

  async #ask(wanted: Wanted, kept: Entry | undefined, client: Client): Promise<CacheAnswer> {
    if (kept !== undefined && this.options.clock.now() < (this.#awayUntil.get(client.way) ?? 0)) {
      const stale = await this.#giveStale(wanted, kept, client);
      if (stale !== undefined) return stale;
    }
    const known = this.#flights.get(wanted.key);
    const isShared = known !== undefined && !known.download.isAbandoned && (kept !== undefined || !known.isConditional);
    const download = isShared ? known.download : this.#start(wanted, kept, client);
    if (isShared) download.join(client);
    const letGo = download.spool.hold();
    try {
      const head = await beforeAbort(download.head, client.signal);
      this.#awayUntil.delete(client.way);
      if (head.status !== 304) {
        client.tally[isShared ? 'shared' : 'misses'] += 1;
        return answerBy(download, head, wanted.question, client, letGo);
      }
    } catch (error) {
      letGo();
      client.signal.throwIfAborted();
      return this.#instead(wanted, kept, client, error);
    }
    letGo();
    const confirmed = kept === undefined ? undefined : await this.store.find(kept.key);
    return (confirmed && (await this.#give(confirmed, client))) ?? this.#ask(wanted, undefined, client);
  }

  async #instead(wanted: Wanted, kept: Entry | undefined, client: Client, error: unknown): Promise<CacheAnswer> {
    if (error instanceof DownloadError && AWAY.has(error.code)) {
      this.#awayUntil.set(client.way, this.options.clock.now() + AWAY_MS);
      const stale = kept === undefined ? undefined : await this.#giveStale(wanted, kept, client);
      if (stale !== undefined) return stale;
    }
    client.tally.unanswered += 1;
    return sorry(error);
  }

  /** A tarball does not get old: its bytes are what the registry named. */
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
    const letGo = spool.hold();
    const settled = (): void => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
      letGo();
    };
    this.#keeper.settle(wanted, download, client.keeps).then(settled, settled);
    return download;
  }
}

async function beforeAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
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
