/** The public interface of the Falco rules language for the rest of the code. */

export { type Diagnostic, diagnosticLine, formatDiagnostic } from './diagnostics.js';
export { RuleSetError, type RuleSetErrorCode } from './errors.js';
export { compileRules, fieldTexts, type Match, type RuleEngine, type RuleInfo } from './evaluate/engine.js';
export { explainRule, type RuleExplanation } from './evaluate/explain.js';
export { FALCO_EVENT_TYPES } from './evaluate/falco-events.js';
export { bindFalcoField, bindUnfilled, describeFalcoFields, FALCO_FIELDS } from './fields/falco-fields.js';
export type {
  ArgumentKind,
  BoundField,
  FieldCatalog,
  FieldDescription,
  FieldType,
  FieldValue,
} from './fields/fields.js';
export { type JsonEvent, jsonCatalog, parseJsonEvent } from './fields/json-catalog.js';
export { type LintOptions, lintRules } from './lint.js';
export { type RuleSetDeps, RuleSetHolder, type RuleSetStatus } from './load/holder.js';
export { type LoadedRules, loadRules, type RuleFile } from './load/load.js';
export { textOfBytes } from './load/raw-text.js';
export { readRuleFiles } from './load/rule-files.js';
export type { RuleSwitch, Selection } from './load/selection.js';
export { type Watching, watchRuleFiles } from './load/watch.js';
export { DeepYamlError, parseShallowYaml } from './load/yaml/shallow-yaml.js';
export type { AppendedOutput, CompileOptions } from './options.js';
export { RULE_PRIORITIES, type RulePriority } from './priority.js';
export { ENGINE_VERSION, parseEngineVersion, type Version } from './versions.js';
