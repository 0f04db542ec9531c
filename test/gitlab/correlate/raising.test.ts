import { describe, expect, it } from 'vitest';
import { CORRELATION } from '../../../src/gitlab/correlate/config.js';
import { GIT, HOUR, job, MINTED, MINUTE, OTHER, PUSH, run, TOKEN_USED, TOP_GROUP, type Told } from './story.js';

describe('raising', () => {
  const changed: Told = { type: 'ci_variable_updated' };

  it('an event alone raises nothing; beside a finding it does', () => {
    expect(run([changed], job({}, [])).raised).toBe(false);
    expect(run([changed], job({}, [OTHER])).raised).toBe(true);
  });

  it('tampering with the monitoring raises by itself', () => {
    const tampered: Told = { type: 'audit_events_streaming_headers_create', entity: TOP_GROUP, by: 8 };
    expect(run([tampered], job({}, []))).toMatchObject({
      raised: true,
      events: [{ weight: 'critical', tier: 'T5', score: 4 }],
    });
  });

  it('scores by weight, tier and finding, the most telling first', () => {
    const found = run([
      { type: 'member_created', by: 8 },
      { type: 'destroy_pipeline', target: ['Ci::Pipeline', 8001] },
      changed,
    ]);
    expect(found.events.map(({ tier, score }) => [tier, score])).toEqual([
      ['T2', 4.3],
      ['T3', 3.4],
      ['T5', 1],
    ]);
  });

  it('a lowered guard weighs more with code behind it', () => {
    const lowered: Told = { type: 'protected_branch_removed', at: -HOUR, ref: 'lowered' };
    const weight = (events: readonly Told[]) => run(events).events.find(({ ref }) => ref === 'lowered')?.weight;
    expect(weight([lowered])).toBe('medium');
    expect(weight([lowered, { type: GIT, details: PUSH, at: -MINUTE }])).toBe('high');
  });

  it('the order in which events arrive does not matter', () => {
    const events: readonly Told[] = [
      MINTED,
      changed,
      { type: 'variable_viewed_api', at: MINUTE },
      { ...TOKEN_USED, ip: '9.9.9.9' },
    ];
    expect(run(events.toReversed())).toEqual(run(events));
  });

  it('lists the most telling ones of a flood, and says how many more there are', () => {
    const flood = Array.from({ length: 1_000 }, (_, at): Told => ({ type: 'ci_variable_updated', at, by: 8 }));
    const found = run([...flood, changed]);
    expect(found.events).toHaveLength(CORRELATION.maxEvents);
    expect(found.events[0]?.tier).toBe('T3');
    expect(found.unlisted).toBe(1_001 - CORRELATION.maxEvents);
  });
});
