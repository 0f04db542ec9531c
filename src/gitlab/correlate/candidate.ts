import type { Family, Weight } from './families.js';
import type { StoredEvent } from './job.js';
import type { Placement } from './tiers.js';
import type { WindowName } from './windows.js';

/** An event that is related to the job, before scoring. */
export interface Candidate extends StoredEvent, Placement {
  readonly window: WindowName | null;
  readonly family: Family | undefined;
  readonly weight: Weight;
  readonly isOwnProject: boolean;
}
