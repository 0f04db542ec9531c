/** Falco's priorities, most severe first, spelt as in its gRPC schema. */
export const RULE_PRIORITIES = [
  'EMERGENCY',
  'ALERT',
  'CRITICAL',
  'ERROR',
  'WARNING',
  'NOTICE',
  'INFORMATIONAL',
  'DEBUG',
] as const;

/** A rule's priority. */
export type RulePriority = (typeof RULE_PRIORITIES)[number];

/** Parses a priority as spelled in rule files: any case, `info` for `informational`. Undefined for anything else. */
export function parsePriority(text: string): RulePriority | undefined {
  const upper = text.toUpperCase();
  return upper === 'INFO' ? 'INFORMATIONAL' : RULE_PRIORITIES.find((priority) => priority === upper);
}

/** The spelling in alerts: `Warning`. */
export function priorityLabel(priority: RulePriority): string {
  return priority.charAt(0) + priority.slice(1).toLowerCase();
}

/** Whether `priority` is at least as severe as `floor`. */
export function reaches(priority: RulePriority, floor: RulePriority): boolean {
  return RULE_PRIORITIES.indexOf(priority) <= RULE_PRIORITIES.indexOf(floor);
}
