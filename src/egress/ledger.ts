import { type EgressRequest, MAX_HEADER_VALUES, type UnreadContact } from './content/request.js';
import { type EgressRecord, OVERFLOW_HOST } from './record.js';

/** A record that is still growing: the code that moves bytes adds them here. */
export interface LedgerEntry {
  bytesSent: number;
  bytesReceived: number;
}

/** An attempt; `clientPort` is the local port of the client's connection to the proxy. */
export type Attempt = Pick<EgressRecord, 'host' | 'port' | 'via' | 'allowed' | 'tells'> & {
  readonly clientPort?: number | undefined;
};
type Row = { -readonly [K in keyof Omit<EgressRecord, 'clientPorts' | 'requests' | 'unread'>]: EgressRecord[K] } & {
  readonly clientPorts: number[];
  readonly requests: Map<string, EgressRequest>;
  readonly unread: Map<string, UnreadContact>;
};
/** Identifies the row of a destination. */
export type RowKey = Pick<EgressRecord, 'host' | 'port' | 'via' | 'allowed'>;

const MAX_HOST_LENGTH = 253;

/** Enough to find the processes behind a record; there are rarely more than one or two. */
const MAX_CLIENT_PORTS = 16;

/** How many distinct requests are recorded individually: per row, and in total. */
const MAX_REQUESTS_OF_ROW = 20;
const MAX_REQUESTS = 400;
/** Additional requests that are recorded because they reveal something about the sandbox. */
const MAX_REVEALING = 100;
const MAX_UNREAD = 8;

/**
 * Every attempt of one sandbox, with equal ones merged. Bounded: once the limit is reached, attempts for new names are counted in a single
 * row with `OVERFLOW_HOST`.
 */
export class Ledger {
  readonly #rows = new Map<string, Row>();
  readonly #limit: number;
  readonly #now: () => number;
  #requests = 0;

  constructor(limit: number, now: () => number) {
    this.#limit = limit;
    this.#now = now;
  }

  /** Records an attempt, and returns the entry for its bytes. */
  note(attempt: Attempt): LedgerEntry {
    const row = this.#row({ ...attempt, host: printable(attempt.host) });
    row.count += 1;
    row.last = this.#now();
    keepPort(row.clientPorts, attempt.clientPort);
    const { tells = [] } = attempt;
    if (tells.length > 0) row.tells = [...new Set([...(row.tells ?? []), ...tells])];
    return row;
  }

  /** Records a request that was sent to a destination. */
  recordRequest(
    to: RowKey,
    request: Omit<EgressRequest, 'count' | 'clientPorts'>,
    clientPort: number | undefined,
  ): void {
    const row = this.#row({ ...to, host: printable(to.host) });
    const { method, path, status, body, bodyKind, tells } = request;
    // Two requests may look the same in the record but reveal different facts: in headers, or beyond the recorded part.
    const key = JSON.stringify([method, path, status, body, bodyKind, [...tells].sort()]);
    const known = row.requests.get(key);
    if (known !== undefined) {
      const { count, clientPorts } = known;
      const headerValues = merged(known.headerValues, request.headerValues);
      const isMore = clientPort !== undefined && !clientPorts.includes(clientPort);
      const ports = isMore && clientPorts.length < MAX_CLIENT_PORTS ? [...clientPorts, clientPort] : clientPorts;
      row.requests.set(key, { ...known, headerValues, count: count + 1, clientPorts: ports });
      return;
    }
    const first = { ...request, count: 1, clientPorts: clientPort === undefined ? [] : [clientPort] };
    const revealsSandbox = tells.length > 0;
    const most = MAX_REQUESTS + (revealsSandbox ? MAX_REVEALING : 0);
    if (row.requests.size < MAX_REQUESTS_OF_ROW && this.#requests < most) {
      row.requests.set(key, first);
      this.#requests += 1;
      return;
    }
    row.requestsLeft += 1;
    if (revealsSandbox && evictUninteresting(row.requests)) row.requests.set(key, first);
  }

  /** Records a connection that could not be read, or not completely. */
  recordUnread(to: RowKey, { reason, serverName }: Omit<UnreadContact, 'count'>): void {
    const row = this.#row({ ...to, host: printable(to.host) });
    const isFull = row.unread.size >= MAX_UNREAD && !row.unread.has(JSON.stringify([reason, serverName]));
    // Once there are many names, only the reasons are kept apart, of which there are few.
    const name = serverName === null || isFull ? null : printable(serverName);
    const key = JSON.stringify([reason, name]);
    const known = row.unread.get(key);
    row.unread.set(key, { reason, serverName: name, count: (known?.count ?? 0) + 1 });
  }

  records(): readonly EgressRecord[] {
    return [...this.#rows.values()].map((row) => ({
      ...row,
      clientPorts: [...row.clientPorts],
      requests: [...row.requests.values()],
      unread: [...row.unread.values()],
    }));
  }

  #row(attempt: Attempt): Row {
    const known = this.#rows.get(keyOf(attempt));
    if (known !== undefined) return known;
    const full = this.#rows.size >= this.#limit && attempt.host !== OVERFLOW_HOST;
    if (full) return this.#row({ ...attempt, host: OVERFLOW_HOST, port: null });
    const { host, port, via, allowed } = attempt;
    const now = this.#now();
    const counters = { count: 0, first: now, last: now, bytesSent: 0, bytesReceived: 0 };
    const details = { clientPorts: [], requests: new Map(), requestsLeft: 0, unread: new Map() };
    const row: Row = { host, port, via, allowed, ...counters, ...details };
    this.#rows.set(keyOf(attempt), row);
    return row;
  }
}

/** The lines of both, each once; truncated. */
function merged(lines: string, others: string): string {
  if (lines === others) return lines;
  return [...new Set([...lines.split('\n'), ...others.split('\n')])].join('\n').slice(0, MAX_HEADER_VALUES);
}

/** Makes room by dropping a request that reveals nothing, so that a flood of requests can't hide one that does. */
function evictUninteresting(requests: Map<string, EgressRequest>): boolean {
  const [least] = [...requests].find(([, { tells }]) => tells.length === 0) ?? [];
  return least !== undefined && requests.delete(least);
}

function keyOf({ via, allowed, host, port }: Attempt): string {
  return `${via} ${allowed} ${port} ${host}`;
}

/** A connection may carry several attempts; its port is stored once. */
function keepPort(ports: number[], port: number | undefined): void {
  if (port !== undefined && ports.length < MAX_CLIENT_PORTS && !ports.includes(port)) ports.push(port);
}

/** Host names from a hostile program end up in logs and on pages, so control characters are replaced. */
function printable(host: string): string {
  return host.slice(0, MAX_HOST_LENGTH).replace(/[^\x21-\x7e]/g, '?');
}
