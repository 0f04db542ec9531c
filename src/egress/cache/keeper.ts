import type { Readable } from 'node:stream';
import type { Logger } from 'pino';
import { Slots } from '../doors/slots.js';
import type { Asker, Download, Head } from './download.js';
import { DownloadError } from './errors.js';
import { keptHeaders, lifetimeOf } from './lifetime.js';
import type { CacheAnswer } from './port.js';
import { type Documents, proofOf, type WantedDocument } from './proof.js';
import type { Store } from './store.js';
import { type Wanted, wantedOf } from './wanted.js';

/** What a keeper needs to know of the cache that it keeps for. */
export interface KeeperOptions {
  readonly maxBytes: number;
  readonly clock: { now(): number };
  readonly log: Logger;
}

/** Asks for a document as any client does; what comes is kept where `keeps`. */
export type AskDocument = (document: WantedDocument, asker: Asker, keeps: boolean) => Promise<CacheAnswer | undefined>;

/** Of all that is kept at most this part is one tarball. */
const LARGEST_PART = 1 / 8;
/** Tarballs that are proven at a time, and those that wait for it: more are not kept. */
const PROOFS = 8;
const WAITING_PROOFS = 256;
const PROOF_MS = 60_000;
/** A full disk fails every write: it is told once in so long. */
const TELL_MS = 60_000;

/** Decides what of the downloads is kept: documents by the rules of HTTP, tarballs when a document of their registry says what they are. */
export class Keeper {
  readonly #proofs = new Slots(PROOFS, WAITING_PROOFS);
  #mismatches = 0;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly options: KeeperOptions,
    private readonly store: Store,
    private readonly askDocument: AskDocument,
  ) {}

  /** How many tarballs were not what their documents named. */
  get mismatches(): number {
    return this.#mismatches;
  }

  /** Resolves when a download has ended and was kept or not; what went wrong meanwhile is told here. */
  async settle(wanted: Wanted, download: Download, keeps: boolean): Promise<void> {
    try {
      const head = await download.head.catch(() => undefined);
      if (head?.status === 304) this.store.confirm(wanted.key);
      const error = await download.ended;
      if (head?.status !== 200 || !keeps) return;
      if (error !== undefined) throw error;
      await this.#keep(wanted, head, download);
    } catch (error) {
      this.#tell(error, wanted);
    }
  }

  async #keep(wanted: Wanted, head: Head, download: Download): Promise<void> {
    const lifetimeMs = lifetimeFor(wanted, head);
    const { spool } = download;
    if (lifetimeMs === undefined || spool.size === 0 || spool.size > this.options.maxBytes * LARGEST_PART) return;
    if (!(await this.#isProven(wanted, download))) return;
    await this.store.put(wanted.key, spool, { headers: keptHeaders(head.headers), lifetimeMs });
  }

  async #isProven(wanted: Wanted, { lastAsker, spool }: Download): Promise<boolean> {
    const { tarball, question, registry } = wanted;
    if (tarball === undefined) return true;
    const giveBack = lastAsker === undefined ? undefined : await this.#proofs.take();
    if (lastAsker === undefined || giveBack === undefined) return false;
    try {
      const proof = await proofOf(wanted, tarball, spool, this.#documents(lastAsker));
      if (proof !== 'mismatch') return proof === 'proven';
      this.#mismatches += 1;
      const { host } = new URL(registry.url);
      this.options.log.warn({ registry: host, path: question.path }, 'a tarball is not what its document names');
      return false;
    } finally {
      giveBack();
    }
  }

  /** By the way that the tarball came; its client may have gone. */
  #documents({ ask, way }: Asker): Documents {
    const asking = (keeps: boolean) => async (document: WantedDocument, maxBytes: number) => {
      const answer = await this.askDocument(document, { ask, way, signal: AbortSignal.timeout(PROOF_MS) }, keeps);
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

  #tell(error: unknown, { question, registry }: Wanted): void {
    if (error instanceof DownloadError) return;
    const now = this.options.clock.now();
    if (now - this.#toldAt < TELL_MS) return;
    this.#toldAt = now;
    const { host } = new URL(registry.url);
    this.options.log.warn({ err: error, registry: host, path: question.path }, 'a download can not be kept');
  }
}

function lifetimeFor({ tarball, registry }: Wanted, { headers, isWhole }: Head): number | undefined {
  if (headers['content-encoding'] !== undefined || (tarball === undefined && !isWhole)) return undefined;
  return lifetimeOf(headers, tarball === undefined ? 'document' : 'tarball', registry.authorization !== undefined);
}

/** Undefined where there is more. */
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
