/** What a body was taken for. `unread`: encoded in a way that is not undone here, broken, or more than is read. */
export const BODY_KINDS = ['none', 'json', 'form', 'multipart', 'text', 'binary', 'unread'] as const;
export type BodyKind = (typeof BODY_KINDS)[number];

/** One HTTP request that a program in a sandbox sent, as far as a report shows it. Everything in it is the program's own words. */
export interface EgressRequest {
  readonly method: string;
  /** With its query; cut. */
  readonly path: string;
  /** Names alone, lower case, as they came. */
  readonly headers: readonly string[];
  /** What it was answered with, by the far side or by the gateway; null where it went away before. */
  readonly status: number | null;
  /** As they came, still encoded. */
  readonly bodyBytes: number;
  readonly bodyKind: BodyKind;
  /** The beginning of the body, decoded; empty where there is nothing to read. */
  readonly body: string;
  /** What of the sandbox itself is in it. */
  readonly tells: readonly string[];
  /** Equal ones. */
  readonly count: number;
  /** The first one, in milliseconds since the epoch. */
  readonly at: number;
  /** Local ports of the connections that they came by, the first few: a sensor knows their processes. */
  readonly clientPorts: readonly number[];
}

/** Why of a connection nothing, or not all, could be read. */
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
  /** The name that was asked for in the handshake (SNI); null without one. */
  readonly serverName: string | null;
  readonly count: number;
}
