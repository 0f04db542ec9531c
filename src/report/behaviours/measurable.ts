import { UNTOLD_CHANGE_RULE } from '../changes/untold-changes.js';
import { METADATA_RULE, OUTBOUND_RULE } from '../evidence/direct-attempts.js';
import { UNTOLD_READ_RULE } from '../evidence/untold-reads.js';
import type { Finding } from '../finding.js';
import { DATA_NAMES_RULE, LEAK_RULE } from '../findings/egress-findings.js';
import { FOREIGN_WRITE_RULE, PROJECT_CHANGED_RULE, UNOWNED_MODULE_RULE } from '../findings/foreign-write.js';
import { BEHAVIOUR_PHASES } from './behaviour.js';

/**
 * What no measurement makes usual. What leaves, or changes others; what was hidden from the alert source; secrets and traces that are
 * no program's settings.
 */
const NEVER: ReadonlySet<string> = new Set([
  LEAK_RULE,
  DATA_NAMES_RULE,
  METADATA_RULE,
  OUTBOUND_RULE,
  FOREIGN_WRITE_RULE,
  PROJECT_CHANGED_RULE,
  UNOWNED_MODULE_RULE,
  UNTOLD_CHANGE_RULE,
  UNTOLD_READ_RULE,
  'Read of an SSH key',
  'Read of a key ring or password store',
  'Read of a shell history',
  "Read of an AI tool's credentials",
  'Search for secrets',
  'Credential asked of a tool',
  'Script removed or replaced by a dependency',
  'Files of the home folder removed',
]);

/** Below these it is an observation anyway, above them nothing honest. */
const PRIORITIES: readonly Finding['priority'][] = ['WARNING', 'ERROR'];

/** Whether how usual something is may count at all. `priority`: the finding's, or what its rule says where it was lowered. */
export function isMeasurable({ rule, parts }: Finding, priority: Finding['priority']): boolean {
  return parts === undefined && PRIORITIES.includes(priority) && !NEVER.has(rule);
}

/** Packages are merely loaded in the check phase, too. Undefined where no code of packages runs. */
export function measuredPhase(phase: Finding['phase']): (typeof BEHAVIOUR_PHASES)[number] | undefined {
  return BEHAVIOUR_PHASES.find((known) => known === (phase === 'check' ? 'import' : phase));
}

/** The phases of a measurement in which the same would have been done: the later pass runs scripts and loads packages once more. */
export function comparablePhases(phase: Finding['phase']): readonly (typeof BEHAVIOUR_PHASES)[number][] {
  if (phase === 'later') return ['install', 'import'];
  const measured = measuredPhase(phase);
  return measured === undefined ? [] : [measured];
}
