import type { EgressRequest, UnreadContact } from './content/request.js';
import { type EgressRecord, OVERFLOW_HOST } from './record.js';

/** A record while it grows: whoever moves bytes for it adds them here. */
export interface LedgerEntry {
  bytesSent: number;
  bytesReceived: number;
}

/** One attempt; `clientPort` is the local port of the connection that asked the proxy. */
export type Attempt = Pick<EgressRecord, 'host' | 'port' | 'via' | 'allowed' | 'tells'> & {
  readonly clientPort?: number | undefined;
};
type Row = { -readonly [K in keyof Omit<EgressRecord, 'clientPorts' | 'requests' | 'unread'>]: EgressRecord[K] } & {
  readonly clientPorts: number[];
  readonly requests: Map<string, EgressRequest>;
  readonly unread: Map<string, UnreadContact>;
};
/** Whose row something belongs to. */
export type RowKey = Pick<EgressRecord, 'host' | 'port' | 'via' | 'allowed'>;

const MAX_HOST_LENGTH = 253;

/** Enough to find the processes behind a record; they are seldom more than one or two. */
const MAX_CLIENT_PORTS = 16;

/** Different requests that are told one by one: of one row, and of all. */
const MAX_REQUESTS_OF_ROW = 20;
const MAX_REQUESTS = 400;
/** Beyond that, of those that tell of the sandbox. */
const MAX_TELLING = 100;
const MAX_UNREAD = 8;

/**
 * Every attempt of one sandbox, folded over equal ones. It is bounded: a program that asks for a new name each time ends
 * up in one row of `OVERFLOW_HOST`, counted.
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

  /** Notes one attempt and gives the entry for its bytes. */
  note(attempt: Attempt): LedgerEntry {
    const row = this.#row({ ...attempt, host: printable(attempt.host) });
    row.count += 1;
    row.last = this.#now();
    keepPort(row.clientPorts, attempt.clientPort);
    const { tells = [] } = attempt;
    if (tells.length > 0) row.tells = [...new Set([...(row.tells ?? []), ...tells])];
    return row;
  }

  /** What was sent to a destination, beside the attempt itself. */
  tell(to: RowKey, request: Omit<EgressRequest, 'count' | 'clientPorts'>, clientPort: number | undefined): void {
    const row = this.#row({ ...to, host: printable(to.host) });
    const { method, path, status, body, bodyKind, tells } = request;
    // What is shown of two may be the same where what they told is not: in headers, or behind what is shown.
    const key = JSON.stringify([method, path, status, body, bodyKind, [...tells].sort()]);
    const known = row.requests.get(key);
    if (known !== undefined) {
      const { count, clientPorts } = known;
      const isMore = clientPort !== undefined && !clientPorts.includes(clientPort);
      const ports = isMore && clientPorts.length < MAX_CLIENT_PORTS ? [...clientPorts, clientPort] : clientPorts;
      row.requests.set(key, { ...known, count: count + 1, clientPorts: ports });
      return;
    }
    const first = { ...request, count: 1, clientPorts: clientPort === undefined ? [] : [clientPort] };
    const isTelling = tells.length > 0;
    const most = MAX_REQUESTS + (isTelling ? MAX_TELLING : 0);
    if (row.requests.size < MAX_REQUESTS_OF_ROW && this.#requests < most) {
      row.requests.set(key, first);
      this.#requests += 1;
      return;
    }
    row.requestsLeft += 1;
    if (isTelling && giveWay(row.requests)) row.requests.set(key, first);
  }

  /** A connection of which nothing, or not all, could be read. */
  tellUnread(to: RowKey, { reason, serverName }: Omit<UnreadContact, 'count'>): void {
    const row = this.#row({ ...to, host: printable(to.host) });
    const isFull = row.unread.size >= MAX_UNREAD && !row.unread.has(JSON.stringify([reason, serverName]));
    // Of many names the reasons alone are told apart: they are few.
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
    const told = { clientPorts: [], requests: new Map(), requestsLeft: 0, unread: new Map() };
    const row: Row = { host, port, via, allowed, ...counters, ...told };
    this.#rows.set(keyOf(attempt), row);
    return row;
  }
}

/** What tells of the sandbox is not hidden by a flood of requests before it. */
function giveWay(requests: Map<string, EgressRequest>): boolean {
  const [least] = [...requests].find(([, { tells }]) => tells.length === 0) ?? [];
  return least !== undefined && requests.delete(least);
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
