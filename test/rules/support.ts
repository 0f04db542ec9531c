import {
  type CompileOptions,
  compileRules,
  type JsonEvent,
  jsonCatalog,
  loadRules,
  type RuleEngine,
} from '../../src/rules/index.js';

/** An engine of one rule `R` with this condition. */
export function engineOf(condition: string, options: CompileOptions = {}): RuleEngine<JsonEvent> {
  return engineFrom(ruleText('R', condition), options);
}

/** An engine of one or more texts of rule files. */
export function engineFrom(text: string | readonly string[], options: CompileOptions = {}): RuleEngine<JsonEvent> {
  const files = [text].flat().map((content, i) => ({ path: `rules-${i}.yaml`, text: content }));
  return compileRules(loadRules(files), jsonCatalog, options);
}

/** A rule's YAML; JSON strings are YAML strings. */
export function ruleText(name: string, condition: string, more: Readonly<Record<string, unknown>> = {}): string {
  const rule = { rule: name, desc: name, condition, output: 'x', priority: 'INFO', warn_evttypes: false, ...more };
  return `- ${JSON.stringify(rule)}\n`;
}

/** Names of the rules that match an event. */
export function matching(engine: RuleEngine<JsonEvent>, event: JsonEvent): string[] {
  return engine.evaluate(event).map((match) => match.rule);
}
