import type { IncomingMessage } from 'node:http';
import type { Destination } from '../destination.js';
import type { Gatekeeper } from '../doors/gatekeeper.js';
import type { RowKey } from '../ledger.js';
import { valuesExcept } from '../raw-headers.js';
import type { Origin } from '../record.js';
import { kindOf, shown } from './body.js';
import { decoded } from './inflate.js';
import type { Inspector } from './inspector.js';
import { MAX_HEADER_VALUES, type UnreadReason } from './request.js';

const MIB = 1024 ** 2;
/** How much of a body is decoded and inspected; planted secrets are searched in all of it while it passes. */
const MAX_BODY = MIB;
/** The same limit for all bodies of a job together. */
const MAX_BODIES = 16 * MIB;
const MAX_PATH = 500;
const MAX_HEADERS = 40;
const MAX_HEADER_NAME = 80;
/** Headers about the destination and the framing of a message, which can't carry data of the program's choice. */
const FRAMING: ReadonlySet<string> = new Set(['host', 'content-length', 'connection', 'transfer-encoding']);

/** Dependencies of a reader. */
export interface ReaderParts {
  readonly gatekeeper: Gatekeeper;
  readonly inspector: Inspector;
  readonly now: () => number;
}

/** Reads the requests of one sandbox. Their content is evidence, wherever they go. */
export class Reader {
  #left = MAX_BODIES;
  #unread = 0;

  constructor(private readonly parts: ReaderParts) {}

  /** Reads the head; the body is passed to `take` as it arrives. */
  open(request: IncomingMessage, { target, from }: Pick<Destination, 'target' | 'from'>): Reading {
    const { inspector } = this.parts;
    inspector.head(request, target, from);
    const scan = inspector.body(target, from);
    return new Reading({ request, from }, this.parts, scan, (bytes) => this.#take(bytes));
  }

  /** Bodies that were not inspected, or not completely, because the job's limit was reached. */
  get unread(): number {
    return this.#unread;
  }

  /** Whether this many more bytes may be kept. */
  #take(bytes: number): boolean {
    if (bytes > this.#left) {
      this.#unread += 1;
      return false;
    }
    this.#left -= bytes;
    return true;
  }
}

/** A request, and where it came from. */
interface Sent {
  readonly request: Pick<IncomingMessage, 'method' | 'url' | 'headers' | 'rawHeaders' | 'rawTrailers'>;
  readonly from: Origin;
}

/** A request that is being read. */
export class Reading {
  readonly #at: number;
  readonly #parts: Buffer[] = [];
  #kept = 0;
  #bytes = 0;
  #whole = true;
  #cut: UnreadReason | undefined;

  constructor(
    private readonly sent: Sent,
    private readonly parts: ReaderParts,
    private readonly scan: (chunk: Buffer) => void,
    private readonly mayKeep: (bytes: number) => boolean,
  ) {
    this.#at = parts.now();
  }

  get bytes(): number {
    return this.#bytes;
  }

  take(chunk: Buffer): void {
    this.scan(chunk);
    this.#bytes += chunk.length;
    if (!this.#whole) return;
    if (this.#kept + chunk.length > MAX_BODY || !this.mayKeep(chunk.length)) {
      this.#whole = false;
      return;
    }
    this.#kept += chunk.length;
    this.#parts.push(chunk);
  }

  /** Records why the body was not read completely. */
  cutOff(why: UnreadReason | undefined): void {
    this.#cut = why;
  }

  /** Notes the request once it has been answered; `to`: whose row it belongs to. */
  async end(to: RowKey, status: number | null): Promise<void> {
    const { gatekeeper, inspector } = this.parts;
    const { request, from } = this.sent;
    const { method = '', url = '', headers, rawTrailers } = request;
    // Trailers follow the body and can carry the same data as headers.
    const rawHeaders = [...request.rawHeaders, ...rawTrailers];
    const target = { host: to.host, port: to.port };
    inspector.headers(rawTrailers, target, from);
    const isUnencoded = headers['content-encoding'] === undefined;
    const { bytes, whole } = await decoded(Buffer.concat(this.#parts), headers['content-encoding'], MAX_BODY);
    const isWhole = whole && this.#whole && (isUnencoded || this.mayKeep(bytes.length));
    const kind = isWhole || isText(bytes) ? kindOf(bytes, headers['content-type']) : 'unread';
    const inBody = await inspector.decoded(bytes, isUnencoded, target, from);
    const inHead = await inspector.headDecoded({ url, rawHeaders }, target, from);
    const isCut = !isWhole || inBody.isCut || inHead.isCut;
    const reason = isCut ? 'too-much' : this.#cut;
    if (reason !== undefined) gatekeeper.recordUnread(to, { reason, serverName: null });
    const names = rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
    const summary = {
      method: method.slice(0, MAX_HEADER_NAME),
      path: printable(pathOf(url)).slice(0, MAX_PATH),
      headers: [...new Set(names)].slice(0, MAX_HEADERS).map((name) => printable(name).slice(0, MAX_HEADER_NAME)),
      headerValues: chosenValues(rawHeaders),
      status,
      bodyBytes: this.#bytes,
      bodyKind: kind,
      body: shown(bytes, kind),
      tells: [...new Set([...inspector.tells(rawHeaders.join('\n')), ...inHead.tells, ...inBody.tells])],
      at: this.#at,
    };
    gatekeeper.recordRequest(to, summary, from);
  }
}

/** One value per line, so whitespace within a value, such as a folded line's, becomes a space. */
function chosenValues(rawHeaders: readonly string[]): string {
  const values = valuesExcept(rawHeaders, FRAMING).map((value) => value.replace(/\s/g, ' '));
  return [...new Set(values)].join('\n').slice(0, MAX_HEADER_VALUES);
}

function isText(bytes: Buffer): boolean {
  return bytes.length > 0 && kindOf(bytes, undefined) !== 'binary';
}

/** The target of a plain request is a URL; its host is already part of the row. */
function pathOf(url: string): string {
  return url.replace(/^https?:\/\/[^/?#]*/i, '') || '/';
}

function printable(text: string): string {
  return text.replace(/[^\x21-\x7e]/g, '?');
}
