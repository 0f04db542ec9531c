import type { EgressRecord } from './record.js';

/** A record while it grows: whoever moves bytes for it adds them here. */
export interface LedgerEntry {
  bytesSent: number;
  bytesReceived: number;
}

/** One attempt; `clientPort` is the local port of the connection that asked the proxy. */
export type Attempt = Pick<EgressRecord, 'host' | 'port' | 'via' | 'allowed'> & {
  readonly clientPort?: number | undefined;
};
type Row = { -readonly [K in keyof Omit<EgressRecord, 'clientPorts'>]: EgressRecord[K] } & {
  readonly clientPorts: number[];
};

/** Under this name stand the attempts that found no row of their own; it can't be a host's. */
const OVERFLOW_HOST = '(others)';

const MAX_HOST_LENGTH = 253;

/** Enough to find the processes behind a record; they are seldom more than one or two. */
const MAX_CLIENT_PORTS = 16;

/**
 * Every attempt of one sandbox, folded over equal ones. It is bounded: a program that asks for a new name each time ends
 * up in one row of `OVERFLOW_HOST`, counted.
 */
export class Ledger {
  readonly #rows = new Map<string, Row>();
  readonly #limit: number;
  readonly #now: () => number;

  constructor(limit: number, now: () => number) {
    this.#limit = limit;
    this.#now = now;
  }

  /** Notes one attempt and gives the entry for its bytes. */
  note(attempt: Attempt): LedgerEntry {
    const row = this.#row({ ...attempt, host: printable(attempt.host) });
    row.count += 1;
    row.last = this.#now();
    keepPort(row.clientPorts, attempt.clientPort);
    return row;
  }

  records(): readonly EgressRecord[] {
    return [...this.#rows.values()].map((row) => ({ ...row, clientPorts: [...row.clientPorts] }));
  }

  #row(attempt: Attempt): Row {
    const known = this.#rows.get(keyOf(attempt));
    if (known !== undefined) return known;
    const full = this.#rows.size >= this.#limit && attempt.host !== OVERFLOW_HOST;
    if (full) return this.#row({ ...attempt, host: OVERFLOW_HOST, port: null });
    const { host, port, via, allowed } = attempt;
    const now = this.#now();
    const counters = { count: 0, first: now, last: now, bytesSent: 0, bytesReceived: 0 };
    const row: Row = { host, port, via, allowed, ...counters, clientPorts: [] };
    this.#rows.set(keyOf(attempt), row);
    return row;
  }
}

function keyOf({ via, allowed, host, port }: Attempt): string {
  return `${via} ${allowed} ${port} ${host}`;
}

/** A connection may ask more than once; its port is kept once. */
function keepPort(ports: number[], port: number | undefined): void {
  if (port !== undefined && ports.length < MAX_CLIENT_PORTS && !ports.includes(port)) ports.push(port);
}

/** What a hostile program sends as a name ends up in logs and on pages. */
function printable(host: string): string {
  return host.slice(0, MAX_HOST_LENGTH).replace(/[^\x21-\x7e]/g, '?');
}
