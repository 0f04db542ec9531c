import type { IncomingMessage } from 'node:http';
import type { Asker } from '../record.js';
import { parentDomain } from './data-names.js';
import type { HostNameStats } from './host-name-stats.js';
import { IdentityReader, type SandboxIdentity } from './identity.js';
import type { LeakLog, LeakPlace } from './leak.js';
import { readings } from './readings.js';
import type { SecretMatcher, SecretScan, SecretTrace } from './secret-matcher.js';

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
  head(request: Pick<IncomingMessage, 'url' | 'rawHeaders'>, to: Addressee, from: Asker): boolean {
    if (this.matcher.isEmpty) return false;
    const place = { host: to.host, port: to.port, asked: to.host, from };
    const path = (request.url ?? '').replace(/^https?:\/\/[^/?#]*/i, '');
    const traces = this.#decoded(path);
    this.#note(traces, { ...place, where: 'url' });
    if (traces.length === 0) this.#piece(lastOf(path), to, from);
    const inHeaders = this.#decoded(request.rawHeaders.join('\n'));
    this.#note(inHeaders, { ...place, where: 'header' });
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
  async decoded(bytes: Buffer, isAsItCame: boolean, to: Addressee, from: Asker): Promise<readonly string[]> {
    if (bytes.length === 0) return [];
    const place: LeakPlace = { host: to.host, port: to.port, where: 'body', asked: to.host, from };
    const plain = this.matcher.open().push(bytes);
    if (!isAsItCame) this.#note(plain, place);
    const told = new Set(plain.map(({ secret }) => secret));
    const tells = new Set(this.tells(bytes.toString('latin1')));
    for await (const { bytes: read, how } of readings(bytes)) {
      const traces = this.matcher.open().push(read);
      const fresh = traces.filter(({ secret }) => !told.has(secret));
      for (const { secret } of fresh) told.add(secret);
      for (const tell of this.tells(read.toString('latin1'))) tells.add(tell);
      const wrapped = fresh.map((trace) => ({ ...trace, encoding: [trace.encoding, ...how].join(' in ') }));
      this.#note(wrapped, place);
    }
    return [...tells];
  }

  /** What of the sandbox itself stands in a text. */
  tells(text: string): readonly string[] {
    return this.#identity?.toldIn(text) ?? [];
  }

  /** What is different in requests to one host, one after the other: a secret may be sent in pieces, each too short to be told. */
  #piece(text: string, { host, port }: Addressee, from: Asker): void {
    if (this.matcher.isEmpty || text === '' || text.length > MAX_PIECE) return;
    const stream = this.#stream(`pieces ${host}`);
    if (stream.last === text) return;
    stream.last = text;
    this.#note(stream.scan.push(Buffer.from(text, 'latin1')), { host, port, where: 'url', asked: host, from });
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

  /** As it stands, and with its `%xx` undone. */
  #decoded(text: string): readonly SecretTrace[] {
    const undone = text.replace(/%([0-9a-f]{2})/gi, (_all, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    return [...this.matcher.traces(text), ...(undone === text ? [] : this.matcher.traces(undone))];
  }

  #note(traces: readonly (Pick<SecretTrace, 'secret'> & { readonly encoding: string })[], place: LeakPlace): void {
    const each = new Map(traces.map((trace) => [`${trace.encoding} ${trace.secret}`, trace]));
    for (const trace of each.values()) this.leaks.note(trace, place);
  }
}

/** The end of a path, or the values of its query: what differs from request to request. */
function lastOf(path: string): string {
  const [way = '', query] = path.split('?');
  if (query === undefined) return way.split('/').at(-1) ?? '';
  const values = query.split('&').map((pair) => pair.slice(pair.indexOf('=') + 1));
  return values.filter((value) => !/^\d{1,4}$/.test(value)).join('');
}
