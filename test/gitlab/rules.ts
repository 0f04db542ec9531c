import { fileURLToPath } from 'node:url';
import type { GitlabEvent } from '../../src/gitlab/event/event.js';
import { gitlabCatalog } from '../../src/gitlab/fields/catalog.js';
import { evaluateRules, GITLAB_COMPILE_OPTIONS, type RuleAlert } from '../../src/gitlab/fields/evaluate.js';
import type { EvaluatedEvent } from '../../src/gitlab/fields/evaluated-event.js';
import type { Place } from '../../src/gitlab/geo/place.js';
import { compileRules, loadRules, type RuleEngine, readRuleFiles } from '../../src/rules/index.js';

const RULES = fileURLToPath(new URL('../../rules/gitlab.yaml', import.meta.url));

/** Our own rules, compiled as the service compiles them. */
export async function ownRules(): Promise<RuleEngine<EvaluatedEvent>> {
  return compileRules(loadRules(await readRuleFiles([RULES])), gitlabCatalog, GITLAB_COMPILE_OPTIONS);
}

/** The one alert of an event, if there is one. */
export function alertOf(
  engine: RuleEngine<EvaluatedEvent>,
  event: GitlabEvent,
  place: Place = { status: 'disabled' },
): RuleAlert | undefined {
  return evaluateRules(engine, { event, place })[0];
}
