import { type EgressChannel, type Origin, OVERFLOW_HOST } from '../record.js';
import type { SecretTrace } from './secrets/secret-matcher.js';

/** A secret that was found, possibly after decoding. */
type Trace = Pick<SecretTrace, 'secret'> & Pick<EgressLeak, 'encoding'>;

/** A planted secret that was sent to one destination in one way, with repetitions merged. */
export interface EgressLeak {
  /** Name of the secret, never its value. */
  readonly secret: string;
  /** The intended recipient; for host names that carry the secret, their parent domain. */
  readonly host: string;
  /** Null for a DNS query. */
  readonly port: number | null;
  readonly via: EgressChannel;
  readonly where: 'name' | 'url' | 'header' | 'body';
  /** How it was encoded, from the inside out: `plain`, `base64 in gzip` … */
  readonly encoding: string;
  /** Number of queries or requests that contained it. */
  readonly count: number;
  /** Milliseconds since the epoch. */
  readonly first: number;
  readonly last: number;
  /** The first requested host in full; the sensor uses it to find the process. */
  readonly asked: string;
  /** Local ports of the first few connections to the proxy. */
  readonly clientPorts: readonly number[];
}

/** Where a secret was found. */
export type LeakPlace = Pick<EgressLeak, 'host' | 'port' | 'where' | 'asked'> & { readonly from: Origin };

type Row = { -readonly [K in keyof Omit<EgressLeak, 'clientPorts'>]: EgressLeak[K] } & {
  readonly clientPorts: number[];
};

/** How many distinct leaks are kept individually; leaks to further hosts are counted in rows with `OVERFLOW_HOST`. */
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
