import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CorrelatedJob } from '../../src/gitlab/correlate/job.js';
import { fromFalco } from '../../src/gitlab/falco-alert.js';
import { KEYS } from '../../src/gitlab/store/keys.js';
import { eventually } from '../support/service-process.js';
import { document, INSTANCE } from './events.js';
import { type Rig, startRig, TOKENS } from './store-rig.js';

let rig: Rig;
beforeEach(async () => {
  rig = await startRig();
});
afterEach(() => rig.close());

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
let next = 0;

/** An event that differs from all others, as a text; `at` in milliseconds beside now. */
function told(type: string, changes: object = {}, details: object = {}, at = 0): string {
  next += 1;
  const created_at = new Date(rig.clock.now + at).toISOString();
  return JSON.stringify(
    document({ id: `id-${next}`, event_type: type, created_at, ...changes }, { n: next, ...details }),
  );
}

const untilSettled = (count: number) =>
  eventually(`${count} events are settled`, 10_000, () => rig.settled.length >= count || undefined);
const rulesOf = async () => (await rig.alerts.read({ since: 0, limit: 100 })).alerts.map(({ rule }) => rule);

function job(changes: Partial<CorrelatedJob['context']> = {}): CorrelatedJob {
  const context = {
    verified: true,
    instance: INSTANCE,
    projectId: '42',
    projectPath: 'acme/shop/web',
    userId: '7',
    jobId: '9001',
    addresses: [],
  };
  return { context: { ...context, ...changes }, start: rig.clock.now - MINUTE, end: rig.clock.now, findings: [] };
}

describe('events', () => {
  it('the same one a thousand times from two destinations counts once, alerts once, and is kept once', async () => {
    await rig.startEvaluator();
    const one = told('webhook_created');
    for (let sent = 0; sent < 10; sent += 1) {
      await rig.send(`[${Array(50).fill(one).join(',')}]`, TOKENS[sent % 2]);
      await untilSettled((sent + 1) * 50);
    }
    expect(await rulesOf()).toEqual(['GitLab - Webhook created']);
    expect(await rig.redis.hgetall(KEYS.counters)).toEqual({ events: '1', duplicates: '499' });
    expect(await rig.redis.xlen(KEYS.events)).toBe(1);
    expect((await rig.correlator.sectionOf('job', job())).events).toMatchObject([{ copies: 499 }]);
  });

  it('that a dead consumer left behind are evaluated once, by the next one', async () => {
    await rig.send(told('webhook_created'));
    await rig.startEvaluator('dead');
    await untilSettled(1);
    await rig.stopEvaluators();
    // Read by a host that was killed before it settled them.
    await rig.send(`[${told('add_ssh_key')},${told('deploy_key_added')}]`);
    await rig.redis.xreadgroup('GROUP', 'judges', 'dead', 'COUNT', 10, 'STREAMS', KEYS.events, '>');
    const pending = (await rig.redis.xpending(KEYS.events, 'judges', '-', '+', 10)) as unknown[][];
    for (const [id] of pending) await rig.redis.xclaim(KEYS.events, 'judges', 'dead', 0, String(id), 'IDLE', 20_000);
    await rig.startEvaluator('alive');
    await untilSettled(3);
    expect(await rulesOf()).toEqual(['GitLab - Webhook created', ...Array(2).fill('GitLab - SSH or deploy key added')]);
    expect(await rig.redis.hget(KEYS.counters, 'events')).toBe('3');
  });

  it('are evaluated by two hosts at once, each exactly once', async () => {
    await Promise.all([rig.startEvaluator('a'), rig.startEvaluator('b')]);
    for (let sent = 0; sent < 20; sent += 1)
      await rig.send(`[${Array.from({ length: 50 }, () => told('webhook_created')).join(',')}]`);
    await untilSettled(1_000);
    expect(await rig.redis.hget(KEYS.counters, 'events')).toBe('1000');
    expect((await rig.alerts.read({ since: 0, limit: 2_000 })).alerts).toHaveLength(1_000);
  });

  it('are refused when too many wait, and none of a refused batch is stored', async () => {
    rig.log.backlog = 1_001;
    await expect(rig.send(`[${told('a')},${told('b')}]`)).rejects.toMatchObject({ code: 'audit-backlog' });
    expect(await rig.redis.xlen(KEYS.events)).toBe(0);
  });

  it('are not accepted while Redis is away', async () => {
    rig.redis.disconnect();
    await expect(rig.send(told('a'))).rejects.toMatchObject({ code: 'audit-store-unavailable' });
  });
});

describe('what is rejected', () => {
  it('is kept, and raises one alert for operators, however much there is of it', async () => {
    for (let sent = 0; sent < 5; sent += 1) {
      await expect(rig.send('{"secret')).rejects.toMatchObject({ code: 'not-audit-events' });
    }
    expect(await rig.redis.xlen(KEYS.quarantine)).toBe(5);
    expect(await rulesOf()).toEqual(['GitLab Plugin Error']);
  });
});

describe('a feed', () => {
  it('that usually sends and then stops is reported once, makes results incomplete, and recovers', async () => {
    await rig.startEvaluator();
    for (let sent = 0; sent < 30; sent += 1) {
      rig.clock.now += MINUTE;
      await rig.send(told('member_created', { entity_id: 43 }));
    }
    await untilSettled(30);
    expect(await rig.correlator.sectionOf('job', job())).toMatchObject({ status: 'waiting', reasons: [] });
    rig.clock.now += 20 * MINUTE;
    await rig.silence.look();
    await rig.silence.look();
    expect([...rig.silence.silent]).toEqual(['d1']);
    expect(await rulesOf()).toContain('GitLab - Audit feed is silent');
    expect((await rulesOf()).filter((rule) => rule.includes('silent'))).toHaveLength(1);
    const during = job();
    expect(await rig.correlator.sectionOf('job', during)).toMatchObject({
      status: 'incomplete',
      reasons: [{ code: 'feed-silent' }],
    });
    await rig.send(told('member_created', { entity_id: 43 }));
    await untilSettled(31);
    await rig.silence.look();
    expect(rig.silence.silent.size).toBe(0);
    expect((await rig.feeds.silences('d1'))[0]?.to).toBe(rig.clock.now);
    // What happened in the silence stays unknown.
    expect((await rig.correlator.sectionOf('job', during)).status).toBe('incomplete');
  });

  it('that never sent anything proves nothing', async () => {
    expect(await rig.correlator.sectionOf('job', job())).toMatchObject({
      status: 'incomplete',
      reasons: [{ code: 'feed-never-talked' }],
    });
  });

  it('of another GitLab is none', async () => {
    const section = await rig.correlator.sectionOf('job', job({ instance: 'https://other.example' }));
    expect(section).toMatchObject({ status: 'off', version: 0, reasons: [{ code: 'no-feed' }] });
  });
});

describe('a correlation', () => {
  it('gets a new version when something comes late, keeps it when nothing does, and closes', async () => {
    await rig.startEvaluator();
    await rig.send(told('ci_variable_updated'));
    await untilSettled(1);
    const of = job();
    const first = await rig.correlator.sectionOf('job', of);
    expect(first).toMatchObject({
      version: 1,
      status: 'waiting',
      events: [{ tier: 'T3' }],
      alerts: [{ rule: 'GitLab - CI/CD variable changed' }],
    });
    expect(await rig.correlator.sectionOf('job', of)).toEqual(first);
    await rig.send(told('add_ssh_key', { entity_type: 'User', entity_id: 7 }, {}, -30_000));
    await untilSettled(2);
    expect(await rig.correlator.sectionOf('job', of)).toMatchObject({
      version: 2,
      events: [{ tier: 'T3' }, { tier: 'T6' }],
    });
    rig.clock.now += 25 * HOUR;
    expect(await rig.correlator.sectionOf('job', of)).toMatchObject({ version: 3, status: 'complete' });
  });

  it('finds by project, group, person, target and instance, and nothing of others', async () => {
    await rig.startEvaluator();
    const wanted = [
      told('ci_variable_updated', { author_id: 8 }),
      told('ci_group_variable_updated', { author_id: 8, entity_type: 'Group', entity_id: 1 }, { entity_path: 'acme' }),
      told('add_ssh_key', { entity_type: 'User', entity_id: 7 }),
      told('user_disable_two_factor', { author_id: 1, entity_type: 'User', entity_id: 7 }),
      told('something_new', { author_id: 8, entity_id: 43 }, { target_type: 'Ci::Build', target_id: 9001 }),
      told('destroy_instance_event_streaming_destination', {
        author_id: 1,
        entity_type: 'Gitlab::Audit::InstanceScope',
        entity_id: 1,
      }),
    ];
    const others = [
      told('ci_variable_updated', { author_id: 8, entity_id: 43 }),
      told(
        'ci_group_variable_updated',
        { author_id: 8, entity_type: 'Group', entity_id: 2 },
        { entity_path: 'acme/other' },
      ),
      told('ci_variable_updated', {}, {}, -3 * 24 * HOUR),
    ];
    await rig.send(`[${[...wanted, ...others].join(',')}]`);
    await untilSettled(9);
    const { events } = await rig.correlator.sectionOf('job', job());
    expect(events.map(({ tier }) => tier).sort()).toEqual(['T1', 'T5', 'T5', 'T5', 'T6', 'T6']);
  });

  it('says so when events it knows of are no longer kept', async () => {
    await rig.startEvaluator();
    await rig.send(told('ci_variable_updated'));
    await untilSettled(1);
    await rig.redis.xtrim(KEYS.events, 'MAXLEN', 0);
    const section = await rig.correlator.sectionOf('job', job());
    expect(section).toMatchObject({ status: 'incomplete', reasons: [{ code: 'events-missing' }], events: [] });
  });

  it("shows what a Falco with a GitLab plugin said of the job's project", async () => {
    const alert = (project: string) => ({
      rule: 'GitLab - Project Access Token Created',
      priority: 'WARNING' as const,
      source: 'gitlab',
      time: { seconds: String(Math.floor(rig.clock.now / 1000)), nanos: 5 },
      output: 'x',
      fields: { 'gitlab.entity_type': 'Project', 'gitlab.entity_id': project },
      hostname: 'vm',
      tags: ['gitlab'],
    });
    for (const project of ['42', '43']) {
      await rig.alerts.addForeign(fromFalco(alert(project), new Set([INSTANCE]), rig.clock.now), 86_400);
    }
    expect((await rig.correlator.sectionOf('job', job())).alerts).toMatchObject([
      { origin: 'falco', project: { id: '42' } },
    ]);
    expect((await rig.alerts.read({ since: 0, project: '43', limit: 10 })).alerts).toHaveLength(1);
  });
});

describe('alerts', () => {
  it('are read page by page, in the order in which they were made, by project', async () => {
    await rig.startEvaluator();
    const bodies = Array.from({ length: 25 }, (_, n) =>
      told('webhook_created', { entity_id: 42 + (n % 2) }, {}, -n * HOUR),
    );
    await rig.send(`[${bodies.join(',')}]`);
    await untilSettled(25);
    const first = await rig.alerts.read({ since: 0, project: '42', limit: 10 });
    const second = await rig.alerts.read({ since: first.next, project: '42', limit: 10 });
    expect([first.alerts.length, second.alerts.length]).toEqual([10, 3]);
    expect((await rig.alerts.read({ since: second.next, limit: 10 })).alerts).toEqual([]);
    expect((await rig.alerts.read({ since: 0, project: 'acme/shop/web', limit: 100 })).alerts).toHaveLength(25);
    expect((await rig.alerts.read({ since: Date.now() + HOUR, limit: 10 })).alerts).toEqual([]);
  });
});
