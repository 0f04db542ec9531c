import type { EgressRequest, UnreadContact } from './content/request.js';

/**
 * How an attempt reached the gateway: as a request to the proxy, as a DNS query, or as a connection to the gateway's own address, which the
 * resolver returned for the name (`transparent`).
 */
export type EgressChannel = 'proxy' | 'dns' | 'transparent';

/** Where an attempt came from; for connections with the port in the sandbox. */
export interface Origin {
  readonly via: EgressChannel;
  readonly clientPort?: number | undefined;
}

/** A destination that a program in a sandbox tried to reach, with equal attempts merged. */
export interface EgressRecord {
  /** The requested host name in lower case, or a literal address. */
  readonly host: string;
  /** Null for a DNS query. */
  readonly port: number | null;
  readonly via: EgressChannel;
  readonly allowed: boolean;
  /** The facts about the sandbox that the name contains; absent if there are none. */
  readonly tells?: readonly string[];
  readonly count: number;
  /** Milliseconds since the epoch. */
  readonly first: number;
  readonly last: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** Local ports of the first few connections to the gateway; the sensor maps them to processes. */
  readonly clientPorts: readonly number[];
  /** The first few requests that were sent; a registry's own documents and packages are left out. */
  readonly requests: readonly EgressRequest[];
  /** Number of requests that are not listed individually. */
  readonly requestsLeft: number;
  /** Connections that could not be read, or not completely. */
  readonly unread: readonly UnreadContact[];
}

/** Stands for the hosts of all attempts beyond the limit; it is not a valid host name. */
export const OVERFLOW_HOST = '(others)';
