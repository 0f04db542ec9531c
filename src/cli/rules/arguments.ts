import { OWN_RULE_FILES } from '../../app/own-rules.js';
import { type LoadedRules, loadRules, RULE_PRIORITIES, type RulePriority, readRuleFiles } from '../../rules/index.js';
import { UsageError } from '../frame/usage.js';

/** Loads the given files and folders, Packwarden's own rules if there are none. @throws RuleSetError */
export async function loadNamed(paths: readonly string[]): Promise<LoadedRules> {
  return loadRules(await readRuleFiles(paths.length === 0 ? OWN_RULE_FILES : paths));
}

/** Parses the value of an option that is a priority. @throws UsageError */
export function priorityOf(option: string, text: string): RulePriority {
  return oneOf(option, RULE_PRIORITIES, text);
}

/** Parses the value of an option that is one of some words, ignoring case. @throws UsageError */
export function oneOf<T extends string>(option: string, words: readonly T[], text: string): T {
  const found = words.find((word) => word.toLowerCase() === text.toLowerCase());
  if (found !== undefined) return found;
  throw new UsageError(`${option} must be one of ${words.join(', ')}, not '${text}'`, 'packwarden rules --help');
}
