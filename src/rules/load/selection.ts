import { compileGlob } from '../operators/glob.js';
import { type RulePriority, reaches } from '../priority.js';

/** An entry of Falco's `rules:` configuration; `rule` may contain `*`. */
export type RuleSwitch =
  | { readonly enable: { readonly rule?: string; readonly tag?: string } }
  | { readonly disable: { readonly rule?: string; readonly tag?: string } };

/** Which rules are enabled. */
export interface Selection {
  /** Falco's `-D`: disables rules with this text in their name. */
  readonly disableNames?: readonly string[];
  /** Falco's `-T`: disables rules with one of these tags. */
  readonly disableTags?: readonly string[];
  /** Falco's `-t`: only enables rules with one of these tags, whatever their `enabled` says. */
  readonly onlyTags?: readonly string[];
  /** Falco's `rules:` configuration, applied last and in order. */
  readonly rules?: readonly RuleSwitch[];
  /** Rules below this priority are omitted. */
  readonly minimumPriority?: RulePriority;
}

interface Selectable {
  readonly name: string;
  readonly tags: readonly string[];
  readonly enabled: boolean;
  readonly priority: RulePriority;
}

/** Whether a selection enables a rule (Falco's load_rules_files.cpp). */
export function isSelected(rule: Selectable, selection: Selection): boolean {
  if (selection.minimumPriority !== undefined && !reaches(rule.priority, selection.minimumPriority)) return false;
  let isOn = rule.enabled;
  if (selection.disableNames?.some((text) => rule.name.includes(text)) === true) isOn = false;
  if (selection.disableTags?.some((tag) => rule.tags.includes(tag)) === true) isOn = false;
  const { onlyTags = [] } = selection;
  if (onlyTags.length > 0) isOn = onlyTags.some((tag) => rule.tags.includes(tag));
  for (const entry of selection.rules ?? []) {
    const isEnable = 'enable' in entry;
    const { rule: pattern, tag } = isEnable ? entry.enable : entry.disable;
    const isMeant =
      (pattern !== undefined && matchesWildcard(pattern, rule.name)) || (tag !== undefined && rule.tags.includes(tag));
    if (isMeant) isOn = isEnable;
  }
  return isOn;
}

/** Only `*` is special in these patterns. */
function matchesWildcard(pattern: string, name: string): boolean {
  return compileGlob(pattern.replace(/[\\?[]/g, '\\$&'), false)(name);
}
