import { resolveRule } from '../compile/compile.js';
import { printForPeople } from '../condition/print.js';
import type { Diagnostic } from '../diagnostics.js';
import { ListTable } from '../load/definitions/list-table.js';
import { MacroTable } from '../load/definitions/macro-table.js';
import type { LoadedRules } from '../load/load.js';
import type { Location } from '../load/yaml/source-file.js';
import type { RulePriority } from '../priority.js';

/** A rule with everything that it refers to resolved. */
export interface RuleExplanation {
  readonly name: string;
  readonly desc: string;
  readonly source: string;
  readonly priority: RulePriority;
  readonly enabled: boolean;
  readonly tags: readonly string[];
  /** With macros, lists and exceptions resolved; several lines. */
  readonly condition: string;
  readonly output: string;
  readonly location: Location;
}

/** Resolves a rule by name; undefined if it does not exist, or its condition has an error (see the linter). */
export function explainRule(loaded: LoadedRules, name: string): RuleExplanation | undefined {
  const rule = loaded.rules.get(name);
  if (rule === undefined) return undefined;
  const diagnostics: Diagnostic[] = [];
  const lists = new ListTable(loaded.lists, diagnostics);
  const macros = new MacroTable(loaded.macros, lists, diagnostics);
  macros.resolveAll();
  const condition = resolveRule(rule, macros, diagnostics);
  if (condition === undefined) return undefined;
  const { desc, source, priority, enabled, tags } = rule;
  return {
    name,
    desc,
    source,
    priority,
    enabled,
    tags,
    condition: printForPeople(condition),
    output: rule.output.text.trim(),
    location: rule.location(),
  };
}
