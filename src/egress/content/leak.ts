import { type Asker, OVERFLOW_HOST, type Way } from '../record.js';
import type { SecretTrace } from './secret-matcher.js';

/** A trace in what an encoding was undone of. */
type Trace = Pick<SecretTrace, 'secret'> & Pick<EgressLeak, 'encoding'>;

/** One planted secret on its way out by one door, folded over its repetitions. */
export interface EgressLeak {
  /** The secret's name, never its value. */
  readonly secret: string;
  /** Whom it was meant for; of names that carry it, the parent domain. */
  readonly host: string;
  /** Null for a DNS question. */
  readonly port: number | null;
  readonly via: Way;
  readonly where: 'name' | 'url' | 'header' | 'body';
  /** How it was written, from the inside out: `plain`, `base64 in gzip` … */
  readonly encoding: string;
  /** Questions or requests that it was seen in. */
  readonly count: number;
  /** Milliseconds since the epoch. */
  readonly first: number;
  readonly last: number;
  /** The first host asked for, in full: by it a sensor knows who asked. */
  readonly asked: string;
  /** Local ports of the connections that asked the proxy, the first few. */
  readonly clientPorts: readonly number[];
}

/** Where a trace was found. */
export type LeakPlace = Pick<EgressLeak, 'host' | 'port' | 'where' | 'asked'> & { readonly from: Asker };

type Row = { -readonly [K in keyof Omit<EgressLeak, 'clientPorts'>]: EgressLeak[K] } & {
  readonly clientPorts: number[];
};

/** Distinct leaks that are kept one by one; those to further hosts stand in rows of `OVERFLOW_HOST`, counted. */
const MAX_LEAKS = 200;
const MAX_CLIENT_PORTS = 16;

/** The leaks of one sandbox. */
export class LeakLog {
  readonly #rows = new Map<string, Row>();

  constructor(private readonly now: () => number) {}

  note({ secret, encoding }: Trace, { host, port, where, asked, from }: LeakPlace): void {
    const now = this.now();
    const key = JSON.stringify([secret, host, port, from.via, where, encoding]);
    let row = this.#rows.get(key);
    if (row === undefined) {
      if (this.#rows.size >= MAX_LEAKS && host !== OVERFLOW_HOST) {
        this.note({ secret, encoding }, { host: OVERFLOW_HOST, port: null, where, asked, from });
        return;
      }
      const { via } = from;
      row = { secret, host, port, via, where, encoding, count: 0, first: now, last: now, asked, clientPorts: [] };
      this.#rows.set(key, row);
    }
    row.count += 1;
    row.last = now;
    const { clientPort } = from;
    const known = clientPort === undefined || row.clientPorts.includes(clientPort);
    if (!known && row.clientPorts.length < MAX_CLIENT_PORTS) row.clientPorts.push(clientPort);
  }

  leaks(): readonly EgressLeak[] {
    return [...this.#rows.values()].map((row) => ({ ...row, clientPorts: [...row.clientPorts] }));
  }
}
