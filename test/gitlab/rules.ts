import { fileURLToPath } from 'node:url';
import type { GitlabEvent } from '../../src/gitlab/event/event.js';
import { gitlabCatalog } from '../../src/gitlab/fields/catalog.js';
import { GITLAB_COMPILE_OPTIONS, type JudgedAlert, judge } from '../../src/gitlab/fields/judge.js';
import type { JudgedEvent } from '../../src/gitlab/fields/judged-event.js';
import type { Place } from '../../src/gitlab/geo/place.js';
import { compileRules, loadRules, type RuleEngine, readRuleFiles } from '../../src/rules/index.js';

const RULES = fileURLToPath(new URL('../../rules/gitlab.yaml', import.meta.url));

/** Our own rules, compiled as the service compiles them. */
export async function ownRules(): Promise<RuleEngine<JudgedEvent>> {
  return compileRules(loadRules(await readRuleFiles([RULES])), gitlabCatalog, GITLAB_COMPILE_OPTIONS);
}

/** The one alert of an event, if there is one. */
export function alertOf(
  engine: RuleEngine<JudgedEvent>,
  event: GitlabEvent,
  place: Place = { status: 'disabled' },
): JudgedAlert | undefined {
  return judge(engine, { event, place })[0];
}
