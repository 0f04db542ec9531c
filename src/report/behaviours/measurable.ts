import { UNREPORTED_CHANGE_RULE } from '../changes/unreported-changes.js';
import { METADATA_RULE, OUTBOUND_RULE } from '../evidence/egress/direct-attempts.js';
import { KEPT_SECRET_RULE, PRINTED_SECRET_RULE } from '../evidence/found-secrets.js';
import { UNREPORTED_READ_RULE } from '../evidence/unreported-reads.js';
import type { Finding } from '../finding.js';
import { DATA_NAMES_RULE, LEAK_RULE } from '../findings/detections/egress-findings.js';
import { FOREIGN_WRITE_RULE, PROJECT_CHANGED_RULE, UNOWNED_MODULE_RULE } from '../findings/detections/foreign-write.js';
import { BEHAVIOUR_PHASES } from './behaviour.js';

/**
 * Rules that no measurement can make usual: data that leaves the sandbox or bypasses the gateway, changes to others, what the alert source
 * did not report, and secrets and traces that are not settings of any program.
 */
const NEVER: ReadonlySet<string> = new Set([
  LEAK_RULE,
  DATA_NAMES_RULE,
  METADATA_RULE,
  OUTBOUND_RULE,
  FOREIGN_WRITE_RULE,
  PROJECT_CHANGED_RULE,
  UNOWNED_MODULE_RULE,
  UNREPORTED_CHANGE_RULE,
  UNREPORTED_READ_RULE,
  KEPT_SECRET_RULE,
  PRINTED_SECRET_RULE,
  'Read of an SSH key',
  'Read of a key ring or password store',
  'Read of a shell history',
  "Read of an AI tool's credentials",
  'Search for secrets',
  'Credential asked of a tool',
  'Script removed or replaced by a dependency',
  'Files of the home folder removed',
]);

/** Findings of a lower priority are observations anyway, and those of a higher one are never honest. */
const PRIORITIES: readonly Finding['priority'][] = ['WARNING', 'ERROR'];

/** Whether it may count how usual a finding is. `priority`: the finding's own, or that of its rule if it was lowered. */
export function isMeasurable({ rule, parts }: Finding, priority: Finding['priority']): boolean {
  return parts === undefined && PRIORITIES.includes(priority) && !NEVER.has(rule);
}

/**
 * The phase under which a finding is measured: in the check phase, packages are loaded as in the import phase. Undefined for phases that
 * are not measured.
 */
export function measuredPhase(phase: Finding['phase']): (typeof BEHAVIOUR_PHASES)[number] | undefined {
  return BEHAVIOUR_PHASES.find((known) => known === (phase === 'check' ? 'import' : phase));
}

/** The measured phases with which a finding is compared: the later pass runs the scripts and loads the packages again. */
export function comparablePhases(phase: Finding['phase']): readonly (typeof BEHAVIOUR_PHASES)[number][] {
  if (phase === 'later') return ['install', 'import'];
  const measured = measuredPhase(phase);
  return measured === undefined ? [] : [measured];
}
