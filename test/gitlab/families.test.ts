import { beforeAll, describe, expect, test } from 'vitest';
import { familyOf, knownTypes } from '../../src/gitlab/correlate/families.js';
import type { EvaluatedEvent } from '../../src/gitlab/fields/evaluated-event.js';
import type { RuleEngine } from '../../src/rules/index.js';
import { event } from './events.js';
import { alertOf, ownRules } from './rules.js';

let engine: RuleEngine<EvaluatedEvent>;
beforeAll(async () => {
  engine = await ownRules();
});

describe('every event type that correlation knows has a rule of its family', () => {
  test.each(knownTypes())('%s: %s', (type, family) => {
    const name = type.replace('*', 'something');
    const custom_message = type === 'repository_git_operation' ? { verb: 'push' } : 'x';
    const alert = alertOf(engine, event({ event_type: name }, { custom_message }));
    expect(alert?.tags).toContain(`family_${family.replaceAll('-', '_')}`);
    expect(familyOf(name)?.name).toBe(family);
  });
});
