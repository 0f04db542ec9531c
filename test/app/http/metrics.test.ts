import { expect, test } from 'vitest';
import { Metrics } from '../../../src/app/http/metrics.js';
import type { Phase } from '../../../src/report/phase.js';
import { egressRow, finding, report } from '../../api/reports.js';

const phases: Phase[] = [{ name: 'install', command: 'npm ci', exitCode: 0, durationMs: 3_000, timedOut: false }];
const hub = { received: 9, matched: 5, unmatched: 4, malformed: 0, drops: 3, reconnects: 1, missing: 0 };

const away = (): never => {
  throw new Error('away');
};

function metricsOf(redisAway = false, rulesInForce: boolean | null = true): Metrics {
  return new Metrics({
    hub: () => hub,
    queue: {
      counts: async () => (redisAway ? away() : { waiting: 2, active: 1 }),
      oldestWaitMs: async () => (redisAway ? away() : 1_500),
    },
    parts: async () => ({ redis: { ready: !redisAway }, docker: { ready: true } }),
    gitlab: null,
    cache: () => ({ hits: 7, hitBytes: 700, misses: 3, shared: 2, stale: 1, unanswered: 0, mismatches: 0, damaged: 0 }),
    rulesInForce: () => rulesInForce,
  });
}

test('reports queue, parts, and what the reports contain', async () => {
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
    'packwarden_alerts_unmatched_total 4',
    'packwarden_alerts_drops_total 3',
    'packwarden_registry_cache_hits_total 7',
    'packwarden_registry_cache_hit_bytes_total 700',
  ]) {
    expect(text.split('\n')).toContain(line);
  }
});

test('what has not happened yet is 0, so that Prometheus sees the first time as an increase', async () => {
  const lines = (await metricsOf().render()).split('\n');
  for (const line of [
    'packwarden_jobs_finished_total{verdict="clean"} 0',
    'packwarden_jobs_finished_total{verdict="findings"} 0',
    'packwarden_jobs_finished_total{verdict="incomplete"} 0',
    'packwarden_phase_seconds_count{phase="import"} 0',
    'packwarden_canary_seconds_count{which="closing"} 0',
  ]) {
    expect(lines).toContain(line);
  }
});

test('nothing is reported about rules that no sensor has loaded yet', async () => {
  expect(await metricsOf(false, null).render()).not.toMatch(/^packwarden_rules_reload_ok/m);
});

test('answers while Redis is away, and does not make up a wait of nothing', async () => {
  const text = await metricsOf(true).render();
  expect(text).toContain('packwarden_part_ready{part="redis"} 0');
  expect(text).not.toMatch(/^packwarden_(queue_oldest_seconds|jobs\{)/m);
});
