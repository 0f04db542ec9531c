import type { IncomingMessage } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Asker } from '../record.js';
import { parentDomain } from './data-names.js';
import type { HostNameStats } from './host-name-stats.js';
import { IdentityReader, type SandboxIdentity } from './identity.js';
import { joinedValues } from './joined-values.js';
import type { LeakLog, LeakPlace } from './leak.js';
import { readings } from './readings.js';
import type { SecretMatcher, SecretScan, SecretTrace } from './secret-matcher.js';
import { unescaped } from './unescaped.js';
import { USUAL_HEADERS } from './usual-headers.js';

/** Whom a request is meant for. */
export interface Addressee {
  readonly host: string;
  /** Null for a DNS question. */
  readonly port: number | null;
}

/** Parents whose questions are read as one stream. */
const MAX_STREAMS = 64;
/** `0`, `17`, `003f`: numbers that a tunnel puts between the pieces of what it sends. */
const SEQUENCE_LABEL = /^[^.]{1,4}$/;

/** Longer ones are told by themselves. */
const MAX_PIECE = 64;
/** Of one request, in which pieces may stand. */
const MAX_PARTS = 64;
/** How much of a path and of headers is looked into; Node takes no more than 16 KiB of both. */
const MAX_HEAD = 64 * 1024;
const LONG_READING = 16 * 1024;

type HeadOnly = Pick<IncomingMessage, 'url' | 'rawHeaders'>;

/** What was found by undoing encodings. */
export interface Found {
  /** What it tells of the sandbox. */
  readonly tells: readonly string[];
  /** Whether a planted secret is in it. */
  readonly isLeak: boolean;
  /** Whether there was more than is read. */
  readonly isCut: boolean;
}

interface NameStream {
  readonly scan: SecretScan;
  last: string;
}

/** Reads what leaves a sandbox, permitted or not: names that look like data, and planted secrets anywhere. */
export class Inspector {
  readonly #streams = new Map<string, NameStream>();
  readonly #identity: IdentityReader | undefined;

  constructor(
    private readonly matcher: SecretMatcher,
    private readonly leaks: LeakLog,
    private readonly book: HostNameStats,
    identity?: SandboxIdentity | undefined,
  ) {
    this.#identity = identity && new IdentityReader(identity);
  }

  /** A host that was asked for, in the words of whoever asked where it is no host. Returns what it tells of the sandbox. */
  name(raw: string, port: number | null, from: Asker): readonly string[] {
    const host = raw.toLowerCase().replace(/\.$/, '');
    const isName = /^[^/:@\s]+\.[^/:@\s]+$/.test(host);
    if (isName) this.book.note(host, from);
    const tells = this.#identity?.toldInName(host) ?? [];
    if (this.matcher.isEmpty) return tells;
    const parent = isName ? parentDomain(host) : host;
    const traces = [...this.matcher.traces(host.replaceAll('.', '')), ...this.#pieces(host, parent, from)];
    this.#note(traces, { host: parent, port, where: 'name', asked: host, from });
    return tells;
  }

  /** Whether there is a planted secret in a header's value. */
  holdsSecret(value: string | undefined): boolean {
    return value !== undefined && !this.matcher.isEmpty && this.#decoded(value).length > 0;
  }

  /** A request's line and headers. Returns whether there is a planted secret in it. */
  head(request: HeadOnly, to: Addressee, from: Asker): boolean {
    if (this.matcher.isEmpty) return false;
    const place = { host: to.host, port: to.port, asked: to.host, from };
    const path = pathOf(request);
    const traces = this.#decoded(path);
    this.#note(traces, { ...place, where: 'url' });
    if (traces.length === 0) this.#piece('url', partsOf(path), to, from);
    const inHeaders = this.#decoded(request.rawHeaders.join('\n'));
    this.#note(inHeaders, { ...place, where: 'header' });
    if (inHeaders.length === 0) this.#piece('header', ownValues(request.rawHeaders), to, from);
    return traces.length + inHeaders.length > 0;
  }

  /** What is sent to `to`, piece by piece. */
  body(to: Addressee, from: Asker): (chunk: Buffer) => void {
    if (this.matcher.isEmpty) return () => undefined;
    const scan = this.matcher.open();
    const told = new Set<string>();
    const place: LeakPlace = { host: to.host, port: to.port, where: 'body', asked: to.host, from };
    return (chunk) => {
      const fresh = scan.push(chunk).filter(({ secret, encoding }) => !told.has(`${encoding} ${secret}`));
      for (const { secret, encoding } of fresh) told.add(`${encoding} ${secret}`);
      this.#note(fresh, place);
    };
  }

  /**
   * A body with its `Content-Encoding` undone, and all that can be read in it by undoing further encodings. Resolves with what it tells
   * of the sandbox.
   */
  async decoded(bytes: Buffer, isAsItCame: boolean, to: Addressee, from: Asker): Promise<Found> {
    if (bytes.length === 0) return { tells: [], isLeak: false, isCut: false };
    const place = { host: to.host, port: to.port, where: 'body', asked: to.host, from } as const;
    const found = await this.#deep(bytes, !isAsItCame, place);
    if (!found.isLeak) this.#bodyPiece(bytes, to, from);
    return found;
  }

  /** A request's line and headers, with all that can be read in them by undoing encodings. */
  async headDecoded(request: HeadOnly, to: Addressee, from: Asker): Promise<Found> {
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

  /** Some bytes as they are, noted where `isNoted`, and all that is in them. */
  async #deep(bytes: Buffer, isNoted: boolean, place: LeakPlace): Promise<Found> {
    const plain = this.matcher.open().push(bytes);
    if (isNoted) this.#note(plain, place);
    const told = new Set(plain.map(({ secret }) => secret));
    const tells = new Set(this.tells(bytes.toString('latin1')));
    let isCut = false;
    const cut = (): void => {
      isCut = true;
    };
    for await (const { bytes: read, how } of readings(bytes, cut)) {
      // Others have their turn between two readings: each may take some milliseconds.
      if (read.length > LONG_READING) await nextTurn();
      const traces = this.matcher.open().push(read);
      const fresh = traces.filter(({ secret }) => !told.has(secret));
      for (const { secret } of fresh) told.add(secret);
      for (const tell of this.tells(read.toString('latin1'))) tells.add(tell);
      const wrapped = fresh.map((trace) => ({ ...trace, encoding: [trace.encoding, ...how].join(' in ') }));
      this.#note(wrapped, place);
    }
    return { tells: [...tells], isLeak: told.size > 0, isCut };
  }

  /** What of the sandbox itself stands in a text. */
  tells(text: string): readonly string[] {
    return this.#identity?.toldIn(text) ?? [];
  }

  /** The values of a short body: a secret may be sent in many of them. */
  #bodyPiece(bytes: Buffer, to: Addressee, from: Asker): void {
    if (bytes.length > MAX_PIECE * 4) return;
    const text = bytes.toString('latin1');
    const [joined] = joinedValues(text);
    const [, single, field] = /"[^"]*"\s*:\s*"([^"]*)"|=([^&]*)$/.exec(text) ?? [];
    this.#piece('body', [joined ?? single ?? field ?? text], to, from);
  }

  /**
   * What is different in requests to the hosts of one domain, one after the other: a secret may be sent in pieces, each too short to be told.
   * Numbers that count them are left out.
   */
  #piece(where: 'url' | 'header' | 'body', parts: readonly string[], { host, port }: Addressee, from: Asker): void {
    if (this.matcher.isEmpty) return;
    const stream = this.#stream(`${where} ${parentDomain(host)}`);
    const before = stream.last.split('\0');
    const fresh = parts.filter(
      (part, at) => part !== before[at] && !/^\d{1,4}$/.test(part) && part.length <= MAX_PIECE,
    );
    stream.last = parts.slice(0, MAX_PARTS).join('\0');
    this.#note(stream.scan.push(Buffer.from(fresh.join(''), 'latin1')), { host, port, where, asked: host, from });
  }

  /** The labels of one parent's names, one after the other, without what only counts them. */
  #pieces(host: string, parent: string, { via }: Asker): readonly SecretTrace[] {
    const stream = this.#stream(`${via} ${parent}`);
    // The same name is asked for twice, for either kind of address.
    if (stream.last === host) return [];
    stream.last = host;
    const labels = host.slice(0, -parent.length - 1).split('.');
    return stream.scan.push(Buffer.from(labels.filter((label) => !SEQUENCE_LABEL.test(label)).join(''), 'latin1'));
  }

  #stream(key: string): NameStream {
    const stream = this.#streams.get(key) ?? { scan: this.matcher.open(), last: '' };
    // The one that was used longest ago makes room.
    this.#streams.delete(key);
    if (this.#streams.size >= MAX_STREAMS) this.#streams.delete(this.#streams.keys().next().value ?? '');
    this.#streams.set(key, stream);
    return stream;
  }

  /** As it stands, and with its escapes undone. */
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

/** The steps of a path and the values of its query. */
function partsOf(path: string): readonly string[] {
  const [way = '', query = ''] = path.split('?');
  const values = query.split('&').map((pair) => pair.slice(pair.indexOf('=') + 1));
  return [...way.split('/'), ...values].slice(0, MAX_PARTS);
}

/** The values of headers that programs think of themselves. */
function ownValues(rawHeaders: readonly string[]): readonly string[] {
  const own = rawHeaders.flatMap((name, index) => {
    return index % 2 === 0 && !USUAL_HEADERS.has(name.toLowerCase()) ? [rawHeaders[index + 1] ?? ''] : [];
  });
  return own.slice(0, MAX_PARTS);
}
