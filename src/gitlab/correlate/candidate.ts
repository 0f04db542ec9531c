import type { Family, Weight } from './families.js';
import type { StoredEvent } from './job.js';
import type { Placement } from './tiers.js';
import type { WindowName } from './windows.js';

/** An event that has to do with the job, before it is scored. */
export interface Candidate extends StoredEvent, Placement {
  readonly window: WindowName | null;
  readonly family: Family | undefined;
  readonly weight: Weight;
  readonly isOwnProject: boolean;
}
