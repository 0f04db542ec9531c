import type { Condition } from '../condition/ast.js';
import { type Diagnostic, errorAt, type ItemRef, warningAt } from '../diagnostics.js';
import type { FieldCatalog, PluginVersion } from '../fields/fields.js';
import type { RuleItem } from '../load/definitions/items.js';
import { ListTable } from '../load/definitions/list-table.js';
import { MacroTable } from '../load/definitions/macro-table.js';
import type { LoadedRules } from '../load/load.js';
import { isSelected } from '../load/selection.js';
import { PlacedText } from '../load/yaml/mapped-text.js';
import type { Node, NodeFactory } from '../node.js';
import type { CompileOptions } from '../options.js';
import { isCompatible, parseVersion } from '../versions.js';
import { compileOutputs, type RuleOutputs } from './compile-outputs.js';
import { ConditionCompiler, hasField } from './condition-compiler.js';
import { possibleTypes } from './event-types.js';
import { exceptionConditions } from './exception-condition.js';

/** A compiled rule. */
export interface CompiledRule<E> {
  readonly item: RuleItem;
  readonly node: Node<E>;
  readonly outputs: RuleOutputs<E>;
  /** The event types for which it can match; undefined if the source has no types, or the rule does not restrict them. */
  readonly types: ReadonlySet<string> | undefined;
}

/** The result of compiling: the rules in order, and all diagnostics about the files. */
export interface Compilation<E> {
  readonly rules: readonly CompiledRule<E>[];
  readonly factory: NodeFactory<E>;
  readonly diagnostics: readonly Diagnostic[];
}

/** From this number of event types on, Falco considers a rule unrestricted. */
const MANY_TYPES = 100;

/** Compiles loaded rules against a catalog. Never throws: errors are part of the diagnostics. */
export function compile<E>(
  loaded: LoadedRules,
  catalog: FieldCatalog<E>,
  options: CompileOptions = {},
): Compilation<E> {
  const diagnostics: Diagnostic[] = [...loaded.diagnostics];
  requirePlugins(loaded, [...(catalog.plugins ?? []), ...(options.otherPlugins ?? [])], diagnostics);
  const lists = new ListTable(loaded.lists, diagnostics);
  const macros = new MacroTable(loaded.macros, lists, diagnostics);
  macros.resolveAll();
  const compiler = new ConditionCompiler(catalog, macros.origins, diagnostics);
  const rules: CompiledRule<E>[] = [];
  for (const rule of loaded.rules.values()) {
    const condition = resolveRule(rule, macros, diagnostics);
    if (condition === undefined || !isForCatalog(rule, catalog, options, diagnostics)) continue;
    if (!hasExceptionFields(rule, catalog, diagnostics)) continue;
    const item: ItemRef = { kind: 'rule', name: rule.name };
    const node = compiler.compile(condition, { item, forgiving: rule.skipIfUnknownFilter });
    const outputs = compileOutputs(rule, catalog, options.appendOutput ?? [], diagnostics);
    if (node === undefined || outputs === undefined) continue;
    const types = restrictedTypes(rule, node, catalog, diagnostics);
    if (isSelected(rule, options.selection ?? {})) rules.push({ item: rule, node, outputs, types });
  }
  warnUnused(loaded, macros, lists, diagnostics);
  return { rules, factory: compiler.factory, diagnostics: unrepeated(diagnostics) };
}

/** A rule's condition with exceptions, macros and lists resolved; undefined, with diagnostics, if there is an error. */
export function resolveRule(rule: RuleItem, macros: MacroTable, diagnostics: Diagnostic[]): Condition | undefined {
  const base = macros.resolve(rule.condition, { kind: 'rule', name: rule.name });
  const exceptions = resolveExceptions(rule, macros, diagnostics);
  if (base === undefined || exceptions === undefined) return undefined;
  if (exceptions.length === 0) return base;
  const { start, end } = base;
  const negated = exceptions.map((child): Condition => ({ kind: 'not', child, start, end }));
  return { kind: 'and', children: [base, ...negated], start, end };
}

function resolveExceptions(rule: RuleItem, macros: MacroTable, diagnostics: Diagnostic[]): Condition[] | undefined {
  const conditions: Condition[] = [];
  for (const exception of rule.exceptions) {
    const item: ItemRef = { kind: 'exception', name: exception.name };
    try {
      for (const { text } of exceptionConditions([exception])) {
        const condition = macros.resolve(new PlacedText(text, exception.location), item);
        if (condition === undefined) return undefined;
        conditions.push(condition);
      }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      diagnostics.push(errorAt('LOAD_ERR_VALIDATE', error.message, exception.location(), item));
      return undefined;
    }
  }
  return conditions;
}

function hasExceptionFields<E>(rule: RuleItem, catalog: FieldCatalog<E>, diagnostics: Diagnostic[]): boolean {
  for (const { name, fields = [], location } of rule.exceptions) {
    const unknown = [fields].flat(1).find((field) => !hasField(catalog, String(field)));
    if (unknown === undefined) continue;
    const message = `'${unknown}' is not a supported filter field`;
    diagnostics.push(errorAt('LOAD_ERR_VALIDATE', message, location(), { kind: 'exception', name }));
    return false;
  }
  return true;
}

function isForCatalog<E>(
  rule: RuleItem,
  catalog: FieldCatalog<E>,
  options: CompileOptions,
  diagnostics: Diagnostic[],
): boolean {
  if (rule.source === catalog.source) return true;
  if (options.otherSources?.includes(rule.source) === true) return false;
  const message = `Unknown source ${rule.source}, skipping`;
  diagnostics.push(warningAt('LOAD_UNKNOWN_SOURCE', message, rule.location(), { kind: 'rule', name: rule.name }));
  return false;
}

function restrictedTypes<E>(
  rule: RuleItem,
  node: Node<E>,
  catalog: FieldCatalog<E>,
  diagnostics: Diagnostic[],
): ReadonlySet<string> | undefined {
  if (catalog.eventTypes === undefined) return undefined;
  const types = possibleTypes(node, catalog.eventTypes);
  if (rule.warnEventTypes && (types === catalog.eventTypes || types.size > MANY_TYPES)) {
    const message = 'Rule matches too many evt.type values. This has a significant performance penalty.';
    diagnostics.push(warningAt('LOAD_NO_EVTTYPE', message, rule.location(), { kind: 'rule', name: rule.name }));
  }
  return types === catalog.eventTypes ? undefined : types;
}

function requirePlugins(loaded: LoadedRules, plugins: readonly PluginVersion[], diagnostics: Diagnostic[]): void {
  const present = new Map(plugins.map(({ name, version }) => [name, parseVersion(version)]));
  for (const { alternatives, location } of loaded.plugins) {
    const isMet = alternatives.some(({ name, version }) => {
      const have = present.get(name);
      const wanted = parseVersion(version);
      return have !== undefined && wanted !== undefined && isCompatible(have, wanted);
    });
    if (isMet) continue;
    const wanted = alternatives.map(({ name, version }) => `${name} (>= ${version})`).join(', ');
    const message = `Plugin requirement not satisfied, must load one of: ${wanted}`;
    diagnostics.push(errorAt('LOAD_ERR_VALIDATE', message, location()));
  }
}

function warnUnused(loaded: LoadedRules, macros: MacroTable, lists: ListTable, diagnostics: Diagnostic[]): void {
  for (const { name, location } of loaded.macros.values()) {
    if (macros.used.has(name)) continue;
    const message = 'Macro not referred to by any other rule/macro';
    diagnostics.push(warningAt('LOAD_UNUSED_MACRO', message, location(), { kind: 'macro', name }));
  }
  for (const { name, location } of loaded.lists.values()) {
    if (lists.used.has(name)) continue;
    const message = 'List not referred to by any other rule/macro';
    diagnostics.push(warningAt('LOAD_UNUSED_LIST', message, location(), { kind: 'list', name }));
  }
}

/** An error in a macro is found in every rule that uses it, but reported only once. */
function unrepeated(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics.filter(({ code, message, location }) => {
    const key = JSON.stringify([code, message, location.file, location.line, location.column]);
    return !seen.has(key) && seen.add(key).size > 0;
  });
}
