import type { IncomingMessage } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { valuesExcept } from '../raw-headers.js';
import type { Origin } from '../record.js';
import { parentDomain } from './data-names.js';
import type { HostNameStats } from './host-name-stats.js';
import { IdentityReader, type SandboxIdentity } from './identity.js';
import { joinedValues } from './joined-values.js';
import type { LeakLog, LeakPlace } from './leak.js';
import { decodings } from './readings.js';
import type { SecretMatcher, SecretScan, SecretTrace } from './secrets/secret-matcher.js';
import { unescaped } from './unescaped.js';
import { USUAL_HEADERS } from './usual-headers.js';

/** The intended recipient of a request. */
export interface Recipient {
  readonly host: string;
  /** Null for a DNS query. */
  readonly port: number | null;
}

/** For how many parent domains consecutive queries are scanned as one stream. */
const MAX_STREAMS = 64;
/** `0`, `17`, `003f`: sequence numbers that a tunnel puts between the pieces of its data. */
const SEQUENCE_LABEL = /^[^.]{1,4}$/;

/** Longer texts contain enough of a secret to be recognized individually. */
const MAX_PIECE = 64;
/** How many parts of a request are compared. */
const MAX_PARTS = 64;
/** How much of a path and of headers is decoded; Node accepts at most 16 KiB of both. */
const MAX_HEAD = 64 * 1024;
const LONG_READING = 16 * 1024;

type HeadOnly = Pick<IncomingMessage, 'url' | 'rawHeaders'>;

/** The findings in decoded content. */
export interface Found {
  /** The facts about the sandbox that it contains. */
  readonly tells: readonly string[];
  /** Whether it contains a planted secret. */
  readonly isLeak: boolean;
  /** Whether a limit was reached, so that not everything was inspected. */
  readonly isCut: boolean;
}

interface NameStream {
  readonly scan: SecretScan;
  last: string;
}

/** Inspects everything that leaves a sandbox, whether permitted or not, for names that look like data and for planted secrets. */
export class Inspector {
  readonly #streams = new Map<string, NameStream>();
  readonly #identity: IdentityReader | undefined;

  constructor(
    private readonly matcher: SecretMatcher,
    private readonly leaks: LeakLog,
    private readonly hostNames: HostNameStats,
    identity?: SandboxIdentity | undefined,
  ) {
    this.#identity = identity && new IdentityReader(identity);
  }

  /** A requested host; if it is not a valid host, the text that the client sent. Returns the facts about the sandbox that it contains. */
  name(raw: string, port: number | null, from: Origin): readonly string[] {
    const host = raw.toLowerCase().replace(/\.$/, '');
    const isName = /^[^/:@\s]+\.[^/:@\s]+$/.test(host);
    if (isName) this.hostNames.note(host, from);
    const tells = this.#identity?.identifiersInName(host) ?? [];
    if (this.matcher.isEmpty) return tells;
    const parent = isName ? parentDomain(host) : host;
    const traces = [...this.matcher.traces(host.replaceAll('.', '')), ...this.#pieces(host, parent, from)];
    this.#note(traces, { host: parent, port, where: 'name', asked: host, from });
    return tells;
  }

  /** Whether a header's value contains a planted secret. */
  holdsSecret(value: string | undefined): boolean {
    return value !== undefined && !this.matcher.isEmpty && this.#decoded(value).length > 0;
  }

  /** Inspects the request line and headers. Returns whether they contain a planted secret. */
  head(request: HeadOnly, to: Recipient, from: Origin): boolean {
    if (this.matcher.isEmpty) return false;
    const place = { host: to.host, port: to.port, asked: to.host, from };
    const path = pathOf(request);
    const traces = this.#decoded(path);
    this.#note(traces, { ...place, where: 'url' });
    if (traces.length === 0) this.#piece('url', partsOf(path), to, from);
    const isInHeaders = this.headers(request.rawHeaders, to, from);
    return traces.length > 0 || isInHeaders;
  }

  /** Inspects headers, or the trailers behind a body: names and values in turn. Returns whether they contain a planted secret. */
  headers(raw: readonly string[], to: Recipient, from: Origin): boolean {
    if (this.matcher.isEmpty || raw.length === 0) return false;
    const traces = this.#decoded(raw.join('\n'));
    this.#note(traces, { host: to.host, port: to.port, asked: to.host, from, where: 'header' });
    if (traces.length === 0) this.#piece('header', ownValues(raw), to, from);
    return traces.length > 0;
  }

  /** Inspects a body that is sent to `to`, chunk by chunk. */
  body(to: Recipient, from: Origin): (chunk: Buffer) => void {
    if (this.matcher.isEmpty) return () => undefined;
    const scan = this.matcher.open();
    const reported = new Set<string>();
    const place: LeakPlace = { host: to.host, port: to.port, where: 'body', asked: to.host, from };
    return (chunk) => {
      const fresh = scan.push(chunk).filter(({ secret, encoding }) => !reported.has(`${encoding} ${secret}`));
      for (const { secret, encoding } of fresh) reported.add(`${encoding} ${secret}`);
      this.#note(fresh, place);
    };
  }

  /**
   * Inspects a body whose `Content-Encoding` was undone, and everything that further decoding reveals in it. Resolves with the facts about
   * the sandbox that it contains.
   */
  async decoded(bytes: Buffer, isUnencoded: boolean, to: Recipient, from: Origin): Promise<Found> {
    if (bytes.length === 0) return { tells: [], isLeak: false, isCut: false };
    const place = { host: to.host, port: to.port, where: 'body', asked: to.host, from } as const;
    const found = await this.#deep(bytes, !isUnencoded, place);
    if (!found.isLeak) this.#bodyPiece(bytes, to, from);
    return found;
  }

  /** Inspects everything that decoding reveals in the request line and headers. */
  async headDecoded(request: HeadOnly, to: Recipient, from: Origin): Promise<Found> {
    const place = { host: to.host, port: to.port, asked: to.host, from };
    const values = request.rawHeaders.filter((_, index) => index % 2 === 1).join(' \n \n');
    const bytesOf = (text: string): Buffer => Buffer.from(text.slice(0, MAX_HEAD), 'latin1');
    const inUrl = await this.#deep(bytesOf(unescaped(pathOf(request))), false, { ...place, where: 'url' });
    const inHeaders = await this.#deep(bytesOf(values), false, { ...place, where: 'header' });
    const joined = bytesOf(ownValues(request.rawHeaders).join(''));
    const inPieces = inHeaders.isLeak ? inHeaders : await this.#deep(joined, true, { ...place, where: 'header' });
    const found = [inUrl, inHeaders, inPieces];
    return {
      tells: [...new Set(found.flatMap(({ tells }) => tells))],
      isLeak: found.some(({ isLeak }) => isLeak),
      isCut: found.some(({ isCut }) => isCut),
    };
  }

  /** Inspects bytes as they are (recorded if `isNoted`), and everything that decoding reveals in them. */
  async #deep(bytes: Buffer, isNoted: boolean, place: LeakPlace): Promise<Found> {
    const plain = this.matcher.open().push(bytes);
    if (isNoted) this.#note(plain, place);
    const reported = new Set(plain.map(({ secret }) => secret));
    const facts = new Set(this.tells(bytes.toString('latin1')));
    let isCut = false;
    const cut = (): void => {
      isCut = true;
    };
    for await (const { bytes: read, how } of decodings(bytes, cut)) {
      // Yields to other work between two decodings, since each may take some milliseconds.
      if (read.length > LONG_READING) await nextTurn();
      const traces = this.matcher.open().push(read);
      const fresh = traces.filter(({ secret }) => !reported.has(secret));
      for (const { secret } of fresh) reported.add(secret);
      for (const fact of this.tells(read.toString('latin1'))) facts.add(fact);
      const wrapped = fresh.map((trace) => ({ ...trace, encoding: [trace.encoding, ...how].join(' in ') }));
      this.#note(wrapped, place);
    }
    return { tells: [...facts], isLeak: reported.size > 0, isCut };
  }

  /** Which facts about the sandbox a text contains. */
  tells(text: string): readonly string[] {
    return this.#identity?.identifiersIn(text) ?? [];
  }

  /** Scans the values of a short body: a secret may be spread over many of them. */
  #bodyPiece(bytes: Buffer, to: Recipient, from: Origin): void {
    if (bytes.length > MAX_PIECE * 4) return;
    const text = bytes.toString('latin1');
    const [joined] = joinedValues(text);
    const [, single, field] = /"[^"]*"\s*:\s*"([^"]*)"|=([^&]*)$/.exec(text) ?? [];
    this.#piece('body', [joined ?? single ?? field ?? text], to, from);
  }

  /**
   * Scans the varying parts of consecutive requests to the hosts of one domain as one stream: a secret may be sent in pieces that are too
   * short to be recognized individually. Sequence numbers are left out.
   */
  #piece(where: 'url' | 'header' | 'body', parts: readonly string[], { host, port }: Recipient, from: Origin): void {
    if (this.matcher.isEmpty) return;
    const stream = this.#stream(`${where} ${parentDomain(host)}`);
    const before = stream.last.split('\0');
    const fresh = parts.filter(
      (part, at) => part !== before[at] && !/^\d{1,4}$/.test(part) && part.length <= MAX_PIECE,
    );
    stream.last = parts.slice(0, MAX_PARTS).join('\0');
    this.#note(stream.scan.push(Buffer.from(fresh.join(''), 'latin1')), { host, port, where, asked: host, from });
  }

  /** Scans the labels of consecutive names below one parent as one stream, without sequence numbers. */
  #pieces(host: string, parent: string, { via }: Origin): readonly SecretTrace[] {
    const stream = this.#stream(`${via} ${parent}`);
    // Each name is queried twice, for IPv4 and IPv6.
    if (stream.last === host) return [];
    stream.last = host;
    const labels = host.slice(0, -parent.length - 1).split('.');
    return stream.scan.push(Buffer.from(labels.filter((label) => !SEQUENCE_LABEL.test(label)).join(''), 'latin1'));
  }

  #stream(key: string): NameStream {
    const stream = this.#streams.get(key) ?? { scan: this.matcher.open(), last: '' };
    // Evicts the least recently used stream.
    this.#streams.delete(key);
    if (this.#streams.size >= MAX_STREAMS) this.#streams.delete(this.#streams.keys().next().value ?? '');
    this.#streams.set(key, stream);
    return stream;
  }

  /** Scans the text as it is, and with its escapes undone. */
  #decoded(text: string): readonly SecretTrace[] {
    const undone = unescaped(text);
    return [...this.matcher.traces(text), ...(undone === text ? [] : this.matcher.traces(undone))];
  }

  #note(traces: readonly (Pick<SecretTrace, 'secret'> & { readonly encoding: string })[], place: LeakPlace): void {
    const each = new Map(traces.map((trace) => [`${trace.encoding} ${trace.secret}`, trace]));
    for (const trace of each.values()) this.leaks.note(trace, place);
  }
}

function pathOf({ url = '' }: HeadOnly): string {
  return url.replace(/^https?:\/\/[^/?#]*/i, '');
}

/** The segments of a path and the values of its query. */
function partsOf(path: string): readonly string[] {
  const [beforeQuery = '', query = ''] = path.split('?');
  const values = query.split('&').map((pair) => pair.slice(pair.indexOf('=') + 1));
  return [...beforeQuery.split('/'), ...values].slice(0, MAX_PARTS);
}

/** The values of unusual headers. */
function ownValues(rawHeaders: readonly string[]): readonly string[] {
  return valuesExcept(rawHeaders, USUAL_HEADERS).slice(0, MAX_PARTS);
}
