import { fieldTexts, type RuleEngine } from '../../rules/index.js';
import { gitlabCatalog } from './catalog.js';
import type { JudgedEvent } from './judged-event.js';
import { GITLAB_FIELDS } from './table.js';

/** What a rule said about an event, in the shape of Falco's alerts. */
export interface JudgedAlert {
  readonly rule: string;
  readonly priority: string;
  readonly tags: readonly string[];
  readonly output: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** How rules of this source are compiled: like Falco's default, with every field of the event in each alert. */
export const GITLAB_COMPILE_OPTIONS = {
  matching: 'first',
  timeFormat: 'iso8601',
  appendOutput: [{ extraFields: Object.keys(GITLAB_FIELDS) }],
  // Files for a Falco may hold rules of both sources.
  otherPlugins: [{ name: 'container', version: '0.6.0' }],
} as const;

/** Asks the rules about one event. Fields that the event lacks are left out of the alerts. */
export function judge(engine: RuleEngine<JudgedEvent>, judged: JudgedEvent): readonly JudgedAlert[] {
  return engine.evaluate(judged).map((match) => {
    const texts = Object.entries(fieldTexts(match, gitlabCatalog)).filter(([, text]) => text !== '<NA>');
    const { rule, priority, tags, output } = match;
    return { rule, priority, tags, output, fields: Object.fromEntries(texts) };
  });
}
