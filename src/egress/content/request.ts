/** The type of a body. `unread`: an unsupported encoding, corrupt, or larger than the limit. */
export const BODY_KINDS = ['none', 'json', 'form', 'multipart', 'text', 'binary', 'unread'] as const;
export type BodyKind = (typeof BODY_KINDS)[number];

/** An HTTP request that a program in a sandbox sent, as shown in a report. All of it is chosen by the program. */
export interface EgressRequest {
  readonly method: string;
  /** Includes the query; truncated. */
  readonly path: string;
  /** Names only, in lower case and in the original order. */
  readonly headers: readonly string[];
  /**
   * The distinct values of its headers and trailers, those of equal requests too, one a line; truncated. For judging only: reports do not
   * show them.
   */
  readonly headerValues: string;
  /** The status of the answer, from the upstream host or from the gateway; null if the client left before. */
  readonly status: number | null;
  /** Size before decoding. */
  readonly bodyBytes: number;
  readonly bodyKind: BodyKind;
  /** The beginning of the decoded body; empty if nothing is readable. */
  readonly body: string;
  /** The facts about the sandbox that it contains. */
  readonly tells: readonly string[];
  /** How many equal requests were sent. */
  readonly count: number;
  /** Time of the first one, in milliseconds since the epoch. */
  readonly at: number;
  /** Local ports of the first few connections that carried them; the sensor maps them to processes. */
  readonly clientPorts: readonly number[];
}

/** How much of the values of headers is recorded. Text of this length was not inspected completely. */
export const MAX_HEADER_VALUES = 2_000;

/** Why a connection could not be read, or not completely. */
export const UNREAD_REASONS = [
  'certificate-not-trusted',
  'handshake-failed',
  'nothing-asked',
  'other-name',
  'not-http',
  'bad-certificate',
  'too-much',
  'unfinished',
] as const;
export type UnreadReason = (typeof UNREAD_REASONS)[number];

/** Connections to one destination that could not be read. */
export interface UnreadContact {
  readonly reason: UnreadReason;
  /** The server name of the TLS handshake (SNI); null without one. */
  readonly serverName: string | null;
  readonly count: number;
}
