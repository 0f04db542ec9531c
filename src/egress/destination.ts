import type { Decision } from './doors/gatekeeper.js';
import type { Origin } from './record.js';
import type { Target } from './target.js';

/** A destination that a program in the sandbox asked the gateway for, and the decision about it. */
export interface Destination extends Decision {
  readonly target: Target;
  readonly from: Origin;
  /** Whether the program uses TLS. The gateway terminates it and opens a TLS connection of its own to the destination. */
  readonly secure: boolean;
}

/** Stands for the host of a connection that did not name one; it is not a valid host name. */
export const UNNAMED = '(unnamed)';
