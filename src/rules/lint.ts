import { compile, resolveRule } from './compile/compile.js';
import type { Condition } from './condition/ast.js';
import { type Diagnostic, warningAt } from './diagnostics.js';
import type { FieldCatalog } from './fields/fields.js';
import { ListTable } from './load/definitions/list-table.js';
import { MacroTable } from './load/definitions/macro-table.js';
import { type LoadedRules, loadRules, type RuleFile } from './load/load.js';
import { newerThan } from './newer-engine.js';
import type { Version } from './versions.js';

const TRAILING =
  'does not have all evt.type restrictions at the beginning of the condition, or uses a negative match (i.e. "not"/"!=") for some evt.type restriction. This has a performance penalty, as the rule can not be limited to specific event types. Consider moving all evt.type restrictions to the beginning of the rule and/or replacing negative matches with positive matches if possible.';
const UNSAFE_NA =
  "comparing a field value with <NA> is unsafe and can lead to unpredictable behavior of the rule condition. If you need to check for the existence of a field, consider using the 'exists' operator instead.";

/** Options of the linter. */
export interface LintOptions {
  /** An older engine that must accept the files, too. */
  readonly engine?: Version;
}

/**
 * All diagnostics about rule files, in the order of files and lines: errors, Falco's warnings, and fields that a source does not fill.
 * Rules for a source without a catalog are reported but not checked.
 */
export function lintRules(
  files: readonly RuleFile[],
  catalogs: readonly FieldCatalog<never>[],
  options: LintOptions = {},
): Diagnostic[] {
  const loaded = loadRules(files);
  const sources = catalogs.map((catalog) => catalog.source);
  const plugins = catalogs.flatMap((catalog) => catalog.plugins ?? []);
  const found = new Map<string, Diagnostic>();
  const add = (diagnostic: Diagnostic): void => {
    const { file, line, column } = diagnostic.location;
    found.set(JSON.stringify([file, line, column, diagnostic.code, diagnostic.message]), diagnostic);
  };
  for (const catalog of catalogs) {
    const { diagnostics } = compile(loaded, catalog, { otherSources: sources, otherPlugins: plugins });
    for (const diagnostic of [...diagnostics, ...adviseOn(loaded, catalog)]) add(diagnostic);
  }
  if (options.engine !== undefined) for (const diagnostic of newerThan(loaded, options.engine)) add(diagnostic);
  const order = new Map(files.map((file, i) => [file.path, i]));
  const position = (diagnostic: Diagnostic): number => order.get(diagnostic.location.file) ?? 0;
  return [...found.values()].sort(
    (a, b) => position(a) - position(b) || a.location.line - b.location.line || a.location.column - b.location.column,
  );
}

/** Additional advice for rules without errors. */
function adviseOn(loaded: LoadedRules, catalog: FieldCatalog<never>): Diagnostic[] {
  const ignored: Diagnostic[] = [];
  const macros = new MacroTable(loaded.macros, new ListTable(loaded.lists, ignored), ignored);
  macros.resolveAll();
  const advice: Diagnostic[] = [];
  for (const rule of loaded.rules.values()) {
    const condition = rule.source === catalog.source ? resolveRule(rule, macros, ignored) : undefined;
    if (condition === undefined) continue;
    const item = { kind: 'rule', name: rule.name } as const;
    const late = catalog.eventTypes === undefined || !rule.warnEventTypes ? undefined : trailingType(condition);
    const lateAt = late === undefined ? undefined : macros.origins.get(late)?.locate(late.start, late.end);
    if (lateAt !== undefined) advice.push(warningAt('TRAILING_EVTTYPE', `Rule ${rule.name} ${TRAILING}`, lateAt, item));
    for (const unsafe of unsafeComparisons(condition)) {
      const at = macros.origins.get(unsafe)?.locate(unsafe.start, unsafe.end);
      if (at !== undefined) advice.push(warningAt('LOAD_UNSAFE_NA_CHECK', UNSAFE_NA, at, item));
    }
  }
  return advice;
}

/** A negated comparison of the event type: with `!=`, or below a `not`. */
function trailingType(condition: Condition, negated = false): Condition | undefined {
  switch (condition.kind) {
    case 'and':
    case 'or':
      for (const child of condition.children) {
        const found = trailingType(child, negated);
        if (found !== undefined) return found;
      }
      return undefined;
    case 'not':
      return trailingType(condition.child, !negated);
    case 'compare': {
      const isType = condition.left.kind === 'field' && condition.left.name === 'evt.type';
      return isType && (condition.operator === '!=') !== negated ? condition : undefined;
    }
    default:
      return undefined;
  }
}

const NA_FIELDS = /^(?:ka|jevt)\./;
const NA_OPERATORS = new Set(['=', '==', '!=', 'in', 'intersects', 'pmatch']);

/** Falco warns about these for the fields of audit logs, whose missing values used to be texts. */
function unsafeComparisons(condition: Condition): Condition[] {
  if (condition.kind === 'and' || condition.kind === 'or') return condition.children.flatMap(unsafeComparisons);
  if (condition.kind === 'not') return unsafeComparisons(condition.child);
  if (condition.kind !== 'compare' || condition.right.kind !== 'values') return [];
  const { left, operator, right } = condition;
  const isUnsafe = left.kind === 'field' && NA_FIELDS.test(left.name) && NA_OPERATORS.has(operator);
  return isUnsafe && right.values.some((value) => value.text === '<NA>') ? [condition] : [];
}
