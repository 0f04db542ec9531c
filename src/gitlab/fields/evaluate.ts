import { fieldTexts, type RuleEngine } from '../../rules/index.js';
import { gitlabCatalog } from './catalog.js';
import type { EvaluatedEvent } from './evaluated-event.js';
import { GITLAB_FIELDS } from './table.js';

/** A rule's alert about an event, in the form of Falco's alerts. */
export interface RuleAlert {
  readonly rule: string;
  readonly priority: string;
  readonly tags: readonly string[];
  readonly output: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** Options for compiling rules of this source: Falco's defaults, with every field of the event in each alert. */
export const GITLAB_COMPILE_OPTIONS = {
  matching: 'first',
  timeFormat: 'iso8601',
  appendOutput: [{ extraFields: Object.keys(GITLAB_FIELDS) }],
  // Files for Falco may contain rules for both sources.
  otherPlugins: [{ name: 'container', version: '0.6.0' }],
} as const;

/** Evaluates the rules for one event. Fields that are missing in the event are omitted in the alerts. */
export function evaluateRules(engine: RuleEngine<EvaluatedEvent>, input: EvaluatedEvent): readonly RuleAlert[] {
  return engine.evaluate(input).map((match) => {
    const texts = Object.entries(fieldTexts(match, gitlabCatalog)).filter(([, text]) => text !== '<NA>');
    const { rule, priority, tags, output } = match;
    return { rule, priority, tags, output, fields: Object.fromEntries(texts) };
  });
}
