import type { IncomingMessage } from 'node:http';
import { parentDomain } from './data-names.js';
import type { LeakLog, LeakPlace } from './leak.js';
import type { NameBook } from './name-book.js';
import type { Asker } from './record.js';
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

interface NameStream {
  readonly scan: SecretScan;
  last: string;
}

/** Reads what leaves a sandbox, permitted or not: names that look like data, and planted secrets anywhere. */
export class Inspector {
  readonly #streams = new Map<string, NameStream>();

  constructor(
    private readonly matcher: SecretMatcher,
    private readonly leaks: LeakLog,
    private readonly book: NameBook,
  ) {}

  /** A host that was asked for, in the words of whoever asked where it is no host. */
  name(raw: string, port: number | null, from: Asker): void {
    const host = raw.toLowerCase().replace(/\.$/, '');
    const isName = /^[^/:@\s]+\.[^/:@\s]+$/.test(host);
    if (isName) this.book.note(host, from);
    if (this.matcher.isEmpty) return;
    const parent = isName ? parentDomain(host) : host;
    const traces = [...this.matcher.traces(host.replaceAll('.', '')), ...this.#pieces(host, parent, from)];
    this.#note(traces, { host: parent, port, where: 'name', asked: host, from });
  }

  /** A plain request's line and headers. */
  head(request: Pick<IncomingMessage, 'url' | 'rawHeaders'>, to: Addressee, from: Asker): void {
    if (this.matcher.isEmpty) return;
    const place = { host: to.host, port: to.port, asked: to.host, from };
    const path = (request.url ?? '').replace(/^http:\/\/[^/?#]*/i, '');
    this.#note(this.#decoded(path), { ...place, where: 'url' });
    this.#note(this.#decoded(request.rawHeaders.join('\n')), { ...place, where: 'header' });
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

  /** The labels of one parent's names, one after the other, without what only counts them. */
  #pieces(host: string, parent: string, { via }: Asker): readonly SecretTrace[] {
    const key = `${via} ${parent}`;
    const stream = this.#streams.get(key) ?? { scan: this.matcher.open(), last: '' };
    // The one that was used longest ago makes room.
    this.#streams.delete(key);
    if (this.#streams.size >= MAX_STREAMS) this.#streams.delete(this.#streams.keys().next().value ?? '');
    this.#streams.set(key, stream);
    // The same name is asked for twice, for either kind of address.
    if (stream.last === host) return [];
    stream.last = host;
    const labels = host.slice(0, -parent.length - 1).split('.');
    return stream.scan.push(Buffer.from(labels.filter((label) => !SEQUENCE_LABEL.test(label)).join(''), 'latin1'));
  }

  /** As it stands, and with its `%xx` undone. */
  #decoded(text: string): readonly SecretTrace[] {
    const undone = text.replace(/%([0-9a-f]{2})/gi, (_all, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    return [...this.matcher.traces(text), ...(undone === text ? [] : this.matcher.traces(undone))];
  }

  #note(traces: readonly SecretTrace[], place: LeakPlace): void {
    const each = new Map(traces.map((trace) => [`${trace.encoding} ${trace.secret}`, trace]));
    for (const trace of each.values()) this.leaks.note(trace, place);
  }
}
