import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { Metrics } from '../../../src/app/http/metrics.js';
import { type Panel, readDashboard } from './monitoring.js';

const RULES = 'deploy/prometheus/packwarden.rules.yml';
const DASHBOARD = 'deploy/grafana/packwarden.json';

/** What a service with every part says, before anything has happened. */
function rendered(): Promise<string> {
  return new Metrics({
    hub: () => ({ received: 0, matched: 0, unmatched: 0, malformed: 0, drops: 0, reconnects: 0, missing: 0 }),
    queue: { counts: async () => ({ waiting: 0 }), oldestWaitMs: async () => 0 },
    parts: async () => ({ redis: { ready: true } }),
    gitlab: {
      receiver: () => ({ accepted: 0, rejected: 0, unauthenticated: 0, tooLarge: 0, unstored: 0 }),
      backlog: () => 0,
      silent: () => 0,
    },
    cache: () => ({ hits: 0, hitBytes: 0, misses: 0, shared: 0, stale: 0, unanswered: 0, mismatches: 0, damaged: 0 }),
    rulesInForce: () => true,
  }).render();
}

it.each([RULES, DASHBOARD])('%s names only metrics that there are, from the first scrape on', async (file) => {
  const text = await rendered();
  const names = new Set(readFileSync(file, 'utf8').match(/packwarden_\w+/g));
  expect(names.size).toBeGreaterThan(4);
  for (const name of names) expect(text).toMatch(new RegExp(`^${name}[ {]`, 'm'));
});

it('an operator sees everything that the service measures of itself', async () => {
  const shown = readFileSync(DASHBOARD, 'utf8') + readFileSync(RULES, 'utf8');
  const measured = [...(await rendered()).matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name ?? '');
  const unseen = measured.filter((name) => !shown.includes(name) && !name.startsWith('packwarden_gitlab_'));
  // A share of `received`, and what is left over is `unmatched`.
  expect(unseen).toEqual(['packwarden_alerts_matched_total']);
});

it('each alert says what is wrong and what to look at', () => {
  const [group] = parse(readFileSync(RULES, 'utf8')).groups;
  const names = group.rules.map(({ alert }: { alert: string }) => alert);
  expect(new Set(names).size).toBe(names.length);
  for (const { labels, annotations } of group.rules) {
    expect(['critical', 'warning']).toContain(labels.severity);
    expect(Object.keys(annotations)).toEqual(['summary', 'description']);
  }
});

describe('the dashboard', () => {
  const dashboard = readDashboard();
  const { panels } = dashboard;

  it('asks which Prometheus to use, and every panel uses that one', () => {
    expect(dashboard.templating.list).toContainEqual({ name: 'datasource', type: 'datasource', query: 'prometheus' });
    const source = { type: 'prometheus', uid: expect.stringMatching(/^\$\{datasource\}$/) };
    for (const { datasource, targets } of panels) {
      expect(datasource).toEqual(source);
      for (const target of targets) expect(target.datasource).toEqual(source);
    }
  });

  it('has panels with ids and titles of their own, and queries with letters of their own', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
    for (const { targets } of panels) expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
  });

  it('lays them out without a hole or an overlap in 24 columns', () => {
    const cells = panels.flatMap(cellsOf);
    expect(new Set(cells).size).toBe(cells.length);
    const rows = Math.max(...panels.map(({ gridPos }) => gridPos.y + gridPos.h));
    expect(cells.length).toBe(rows * 24);
  });
});

function cellsOf({ gridPos: { x, y, w, h } }: Panel): readonly string[] {
  expect(x + w).toBeLessThanOrEqual(24);
  return Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`);
}
