import type { Readable } from 'node:stream';
import type { Logger } from 'pino';
import { Slots } from '../doors/slots.js';
import type { Download, Head, Requester } from './download.js';
import { DownloadError } from './errors.js';
import { keptHeaders, lifetimeOf } from './lifetime.js';
import type { CacheAnswer } from './port.js';
import { type Documents, proofOf, type WantedDocument } from './proof.js';
import type { Store } from './store.js';
import { type Wanted, wantedOf } from './wanted.js';

/** The parts of the cache that a keeper needs. */
export interface KeeperOptions {
  readonly maxBytes: number;
  readonly clock: { now(): number };
  readonly log: Logger;
}

/** Requests a document through the cache like any client; the answer is stored if `keeps`. */
export type AskDocument = (
  document: WantedDocument,
  requester: Requester,
  keeps: boolean,
) => Promise<CacheAnswer | undefined>;

/** A single tarball may take at most this fraction of the cache. */
const LARGEST_PART = 1 / 8;
/** How many tarballs are verified at a time, and how many may wait for it; beyond that tarballs are not stored. */
const PROOFS = 8;
const WAITING_PROOFS = 256;
const PROOF_MS = 60_000;
/** A full disk fails every write; log that at most this often. */
const LOG_INTERVAL_MS = 60_000;

/** Decides which downloads are stored: documents by the rules of HTTP, tarballs if a document of their registry confirms their hash. */
export class Keeper {
  readonly #proofs = new Slots(PROOFS, WAITING_PROOFS);
  #mismatches = 0;
  #loggedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly options: KeeperOptions,
    private readonly store: Store,
    private readonly askDocument: AskDocument,
  ) {}

  /** How many tarballs did not have the hash that their documents name. */
  get mismatches(): number {
    return this.#mismatches;
  }

  /** Resolves when a download has ended and was stored or not; errors are logged here. */
  async settle(wanted: Wanted, download: Download, keeps: boolean): Promise<void> {
    try {
      const head = await download.head.catch(() => undefined);
      if (head?.status === 304) this.store.confirm(wanted.key);
      const error = await download.ended;
      if (head?.status !== 200 || !keeps) return;
      if (error !== undefined) throw error;
      await this.#keep(wanted, head, download);
    } catch (error) {
      this.#logFailure(error, wanted);
    }
  }

  async #keep(wanted: Wanted, head: Head, download: Download): Promise<void> {
    const lifetimeMs = lifetimeFor(wanted, head);
    const { spool } = download;
    if (lifetimeMs === undefined || spool.size === 0 || spool.size > this.options.maxBytes * LARGEST_PART) return;
    if (!(await this.#isProven(wanted, download))) return;
    await this.store.put(wanted.key, spool, { headers: keptHeaders(head.headers), lifetimeMs });
  }

  async #isProven(wanted: Wanted, { lastRequester, spool }: Download): Promise<boolean> {
    const { tarball, question, registry } = wanted;
    if (tarball === undefined) return true;
    const release = lastRequester === undefined ? undefined : await this.#proofs.take();
    if (lastRequester === undefined || release === undefined) return false;
    try {
      const proof = await proofOf(wanted, tarball, spool, this.#documents(lastRequester));
      if (proof !== 'mismatch') return proof === 'proven';
      this.#mismatches += 1;
      const { host } = new URL(registry.url);
      this.options.log.warn(
        { registry: host, path: question.path },
        'a tarball does not have the hash that its document names',
      );
      return false;
    } finally {
      release();
    }
  }

  /** Uses the gateway through which the tarball came, even if its client has left. */
  #documents({ ask, gateway }: Requester): Documents {
    const asking = (keeps: boolean) => async (document: WantedDocument, maxBytes: number) => {
      const answer = await this.askDocument(document, { ask, gateway, signal: AbortSignal.timeout(PROOF_MS) }, keeps);
      return textOf(answer?.body, answer?.status === 200 ? maxBytes : 0);
    };
    return {
      kept: async (document, maxBytes) => {
        const wanted = wantedOf(document);
        const kept = wanted === undefined ? undefined : await this.store.find(wanted.key);
        if (kept === undefined || kept.size > maxBytes) return undefined;
        return textOf(await this.store.read(kept), maxBytes);
      },
      asked: asking(true),
      askedOnce: asking(false),
    };
  }

  #logFailure(error: unknown, { question, registry }: Wanted): void {
    if (error instanceof DownloadError) return;
    const now = this.options.clock.now();
    if (now - this.#loggedAt < LOG_INTERVAL_MS) return;
    this.#loggedAt = now;
    const { host } = new URL(registry.url);
    this.options.log.warn({ err: error, registry: host, path: question.path }, 'a download cannot be stored');
  }
}

function lifetimeFor({ tarball, registry }: Wanted, { headers, isWhole }: Head): number | undefined {
  if (headers['content-encoding'] !== undefined || (tarball === undefined && !isWhole)) return undefined;
  return lifetimeOf(headers, tarball === undefined ? 'document' : 'tarball', registry.authorization !== undefined);
}

/** Undefined if it is larger than `maxBytes`. */
async function textOf(body: Readable | undefined, maxBytes: number): Promise<string | undefined> {
  if (body === undefined) return undefined;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
