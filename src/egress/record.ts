import type { EgressRequest, UnreadContact } from './content/request.js';

/**
 * Which way an attempt came: a program asked the proxy for it, asked for the name's address, or, having got the gateway's own address for
 * the name, spoke to the gateway as if it were that host (`transparent`).
 */
export type Way = 'proxy' | 'dns' | 'transparent';

/** Where an attempt came from; for a connection, from which port of the sandbox. */
export interface Asker {
  readonly via: Way;
  readonly clientPort?: number | undefined;
}

/** One destination that something in a sandbox tried to reach, folded over equal attempts. */
export interface EgressRecord {
  /** Host name as it was asked for, lower case, or a literal address. */
  readonly host: string;
  /** Null for a DNS question. */
  readonly port: number | null;
  readonly via: Way;
  readonly allowed: boolean;
  /** What of the sandbox itself is in the name; absent where nothing is. */
  readonly tells?: readonly string[];
  readonly count: number;
  /** Milliseconds since the epoch. */
  readonly first: number;
  readonly last: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** Local ports of the connections to the gateway, the first few: a sensor knows their processes. */
  readonly clientPorts: readonly number[];
  /** What was sent, the first few; a registry's own documents and packages are not among them. */
  readonly requests: readonly EgressRequest[];
  /** Requests that are not told one by one. */
  readonly requestsLeft: number;
  /** Connections of which nothing, or not all, could be read. */
  readonly unread: readonly UnreadContact[];
}

/** Under this name stand the attempts that found no row of their own; it can't be a host's. */
export const OVERFLOW_HOST = '(others)';
