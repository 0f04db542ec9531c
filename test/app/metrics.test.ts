import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { Metrics } from '../../src/app/metrics.js';
import type { Phase } from '../../src/report/report.js';
import { egressRow, finding, report } from '../api/reports.js';

const phases: Phase[] = [{ name: 'install', command: 'npm ci', exitCode: 0, durationMs: 3_000, timedOut: false }];
const hub = { received: 9, matched: 5, unmatched: 4, malformed: 0, drops: 3, reconnects: 1 };

function metricsOf(redisAway = false): Metrics {
  return new Metrics({
    hub: () => hub,
    queueCounts: async () => (redisAway ? {} : { waiting: 2, active: 1 }),
    oldestWaitMs: async () => {
      if (redisAway) throw new Error('away');
      return 1_500;
    },
    parts: async () => ({ redis: { ready: !redisAway }, docker: { ready: true } }),
    gitlab: null,
    rulesInForce: () => true,
  });
}

test('tells queue, parts, and what the reports say', async () => {
  const metrics = metricsOf();
  metrics.jobFinished(
    report({
      verdict: 'findings',
      findings: [finding({ count: 4 })],
      phases,
      egress: [egressRow({ host: 'x.invalid', count: 2 })],
    }),
  );
  const text = await metrics.render();
  for (const line of [
    'packwarden_jobs_finished_total{verdict="findings"} 1',
    'packwarden_jobs{state="waiting"} 2',
    'packwarden_jobs{state="active"} 1',
    'packwarden_queue_oldest_seconds 1.5',
    'packwarden_part_ready{part="docker"} 1',
    'packwarden_phase_seconds_sum{phase="install"} 3',
    'packwarden_canary_seconds_sum{which="opening"} 0.004',
    'packwarden_alerts_folded_total 3',
    'packwarden_egress_refused_total 2',
    'packwarden_alerts_unmatched 4',
    'packwarden_alerts_drops 3',
  ]) {
    expect(text.split('\n')).toContain(line);
  }
});

test('answers while Redis is away, and does not make up a wait of nothing', async () => {
  const text = await metricsOf(true).render();
  expect(text).toContain('packwarden_part_ready{part="redis"} 0');
  expect(text).not.toMatch(/^packwarden_queue_oldest_seconds/m);
});

test.each(['deploy/prometheus/packwarden.rules.yml', 'deploy/grafana/packwarden.json'])(
  '%s names only metrics that there are',
  async (file) => {
    const metrics = metricsOf();
    metrics.jobFinished(report({ phases }));
    const text = await metrics.render();
    const source = readFileSync(file, 'utf8');
    expect(() => parse(source)).not.toThrow();
    const names = new Set(source.match(/packwarden_\w+/g));
    expect(names.size).toBeGreaterThan(4);
    for (const name of names) expect(text).toMatch(new RegExp(`^(# TYPE )?${name}[ {]`, 'm'));
  },
);
