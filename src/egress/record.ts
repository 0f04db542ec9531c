/** Which way an attempt came, and for the proxy from which port of the sandbox. */
export interface Asker {
  readonly via: 'proxy' | 'dns';
  readonly clientPort?: number | undefined;
}

/** One destination that something in a sandbox tried to reach through the gateway, folded over equal attempts. */
export interface EgressRecord {
  /** Host name as it was asked for, lower case, or a literal address. */
  readonly host: string;
  /** Null for a DNS question. */
  readonly port: number | null;
  readonly via: 'proxy' | 'dns';
  readonly allowed: boolean;
  readonly count: number;
  /** Milliseconds since the epoch. */
  readonly first: number;
  readonly last: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** Local ports of the connections that asked the proxy, the first few: a sensor knows their processes. */
  readonly clientPorts: readonly number[];
}
