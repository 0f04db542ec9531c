import type { Decision } from './doors/gatekeeper.js';
import type { Asker } from './record.js';
import type { Target } from './target.js';

/** Where a connection of the sandbox leads, as it was asked for at the gateway's door, and what was decided about it. */
export interface Destination extends Decision {
  readonly target: Target;
  readonly from: Asker;
  /** Whether the program speaks TLS, which the gateway ends and begins anew. */
  readonly secure: boolean;
}

/** Under this name stands what named no host; none can have it. */
export const UNNAMED = '(unnamed)';
