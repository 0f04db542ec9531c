/** The Falco rules language as a library: what the other rooms use of it. */

export { type Diagnostic, diagnosticLine, formatDiagnostic } from './diagnostics.js';
export { compileRules, fieldTexts, type Match, type RuleEngine, type RuleInfo } from './engine.js';
export { RuleSetError, type RuleSetErrorCode } from './errors.js';
export { explainRule, type RuleExplanation } from './explain.js';
export { FALCO_EVENT_TYPES } from './falco-events.js';
export { bindFalcoField, bindUnfilled, describeFalcoFields, FALCO_FIELDS } from './falco-fields.js';
export type { ArgumentKind, BoundField, FieldCatalog, FieldDescription, FieldType, FieldValue } from './fields.js';
export { type RuleSetDeps, RuleSetHolder, type RuleSetStatus } from './holder.js';
export { type JsonEvent, jsonCatalog, parseJsonEvent } from './json-catalog.js';
export { type LintOptions, lintRules } from './lint.js';
export { type LoadedRules, loadRules, type RuleFile } from './load.js';
export type { AppendedOutput, CompileOptions } from './options.js';
export { RULE_PRIORITIES, type RulePriority } from './priority.js';
export { textOfBytes } from './raw-text.js';
export { readRuleFiles } from './rule-files.js';
export type { RuleSwitch, Selection } from './selection.js';
export { DeepYamlError, parseShallowYaml } from './shallow-yaml.js';
export { ENGINE_VERSION, parseEngineVersion, type Version } from './versions.js';
export { type Watching, watchRuleFiles } from './watch.js';
