import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { formatToken } from '../../../src/api/auth/credentials.js';
import { reportSchema } from '../../../src/report/report.js';
import { dataFolder, eventually, ServiceProcess } from '../../support/service-process.js';
import { readDashboard } from './monitoring.js';
import { type Prometheus, startPrometheus } from './prometheus.js';

const TOKEN = '0123456789abcdef-prometheus';
const AUTHORIZATION = { authorization: `Bearer ${TOKEN}` };
const RULES = 'packwarden.rules.yml';

const data = dataFolder();
const monitoring = dataFolder();
const services: ServiceProcess[] = [];
let prometheus: Prometheus;

const promtool = (...args: string[]): string =>
  execFileSync('promtool', args, { encoding: 'utf8', cwd: monitoring.path, stdio: 'pipe' });

/** An API host and a worker of its own, which share a Redis; both are scraped. */
async function startServices(): Promise<readonly ServiceProcess[]> {
  const tokens = join(data.path, 'tokens');
  writeFileSync(tokens, `${formatToken('prometheus', TOKEN)}\n`);
  const destinations = join(data.path, 'destinations.json');
  const destination = { id: 'd1', instance: 'https://gitlab.invalid', tokens: ['0123456789abcdef-one'] };
  writeFileSync(destinations, JSON.stringify({ destinations: [destination] }));
  const env = { PACKWARDEN_DATA_DIR: data.path, PACKWARDEN_TOKENS_FILE: tokens };
  const api = await ServiceProcess.start({ ...env, PACKWARDEN_GITLAB_DESTINATIONS_FILE: destinations }, 'api');
  services.push(api);
  const redis = `unix://${join(data.path, 'redis', 'redis.sock')}`;
  const worker = await ServiceProcess.start(
    { ...env, PACKWARDEN_REDIS_URL: redis, PACKWARDEN_WORKER_PORT: '0' },
    'worker',
  );
  services.push(worker);
  await worker.ready();
  return [api, worker];
}

/** `deploy/prometheus`, with the addresses and the token of these services, and scrapes that a test can wait for. */
function configure(targets: readonly string[]): void {
  cpSync(fileURLToPath(new URL('../../../deploy/prometheus', import.meta.url)), monitoring.path, { recursive: true });
  const file = join(monitoring.path, 'prometheus.yml');
  const example = readFileSync(file, 'utf8');
  expect(example).toContain("['packwarden.example.com:3000']");
  const filled = example.replace("['packwarden.example.com:3000']", JSON.stringify(targets));
  writeFileSync(file, `global: { scrape_interval: 1s, evaluation_interval: 1s }\n${filled}`);
  writeFileSync(join(monitoring.path, 'packwarden.token'), TOKEN);
}

/** Detonates `falco-test/`, which has findings and refused egress; Prometheus has scraped before and after it. */
async function detonate(url: string): Promise<void> {
  const sample = fileURLToPath(new URL('../../../falco-test', import.meta.url));
  const body = new Uint8Array(execFileSync('tar', ['-C', sample, '-czf', '-', '.']));
  const headers = { ...AUTHORIZATION, 'content-type': 'application/octet-stream' };
  const answer = await fetch(`${url}/v1/jobs?ecosystem=npm`, { method: 'POST', headers, body });
  const { id } = (await answer.json()) as { id: string };
  const report = await eventually('the report', 120_000, async () => {
    const body = await (await fetch(`${url}/v1/jobs/${id}`, { headers: AUTHORIZATION })).json();
    return reportSchema.safeParse(body).data;
  });
  expect([report.verdict, report.incomplete]).toEqual(['findings', []]);
}

beforeAll(async () => {
  const [api, worker] = await startServices();
  const targets = [api?.url, worker?.url].map((url) => new URL(url ?? '').host);
  configure(targets);
  prometheus = await startPrometheus(monitoring.path);
  await eventually('both are scraped', 30_000, async () => {
    const up = (await prometheus.targets()).filter(({ health }) => health === 'up');
    return up.length === targets.length || undefined;
  });
  await detonate(api?.url ?? '');
  await eventually('the job is seen', 30_000, async () => {
    const seen = await prometheus.query('increase(packwarden_jobs_finished_total{verdict="findings"}[5m]) > 0');
    return seen[0];
  });
});
afterAll(async () => {
  await prometheus?.stop();
  for (const service of services.reverse()) await service.stop();
  data.remove();
  monitoring.remove();
});

describe('deploy/prometheus', () => {
  it('promtool finds no fault in rules and configuration, and the rules fire when their tests say', () => {
    expect(promtool('check', 'rules', RULES)).toContain('SUCCESS');
    expect(promtool('check', 'config', 'prometheus.yml')).toContain('SUCCESS');
    expect(promtool('test', 'rules', 'packwarden.rules.test.yml')).toContain('SUCCESS');
  });

  it('has a test for each alert', () => {
    const tests = readFileSync(join(monitoring.path, 'packwarden.rules.test.yml'), 'utf8');
    for (const { alert } of rulesOf()) expect(tests).toContain(`alertname: ${alert}\n`);
  });

  it('a real Prometheus evaluates every rule, and none fires at a service that is well', async () => {
    const rules = await eventually('the rules were evaluated', 30_000, async () => {
      const loaded = await prometheus.rules();
      return loaded.every(({ health }) => health !== 'unknown') ? loaded : undefined;
    });
    expect(rules.map(({ name }) => name)).toEqual(rulesOf().map(({ alert }) => alert));
    for (const rule of rules) expect(rule).toMatchObject({ health: 'ok', state: 'inactive' });
  });

  it.each(rulesOf('deploy/prometheus'))('$alert reads series that the service has', async ({ expr }) => {
    for (const selector of expr.match(/packwarden_\w+(?:\{[^}]*\})?/g) ?? []) {
      expect(await prometheus.query(selector), selector).not.toEqual([]);
    }
  });
});

describe('deploy/grafana', () => {
  const queries = readDashboard().panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ title, expr })));

  it.each(queries)('$title: $expr', async ({ expr }) => {
    const series = await prometheus.query(expr.replaceAll('$__rate_interval', '5m'));
    expect(series).not.toEqual([]);
    expect(series.filter(({ value: [, value] }) => Number.isFinite(Number(value)))).not.toEqual([]);
  });

  it('shows what the job did', async () => {
    const exprOf = (title: string): string => queries.find((query) => query.title === title)?.expr ?? '';
    const highest = async (title: string): Promise<number> => {
      const series = await prometheus.query(exprOf(title).replaceAll('$__rate_interval', '5m'));
      return Math.max(...series.map(({ value: [, value] }) => Number(value)).filter(Number.isFinite));
    };
    for (const title of ['Verdicts', 'Phases, 95 %', 'Canary lag, 95 %', 'Alerts', 'Egress refused']) {
      expect(await highest(title), title).toBeGreaterThan(0);
    }
  });
});

it('/metrics is as Prometheus likes it: names, units and help texts', async () => {
  for (const { url } of services) {
    const text = await (await fetch(`${url}/metrics`, { headers: AUTHORIZATION })).text();
    const faults = execFileSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
    expect(faults).toBe('');
  }
});

it('a worker of its own answers for its health, and shows its figures to nobody without credentials', async () => {
  const url = services[1]?.url ?? '';
  const ready = (await (await fetch(`${url}/readyz`)).json()) as { parts: object };
  expect(Object.keys(ready.parts)).toEqual(['redis', 'disk', 'store', 'docker', 'alerts', 'rules']);
  expect((await fetch(`${url}/metrics`)).status).toBe(401);
  expect((await fetch(`${url}/v1/jobs`, { method: 'POST', headers: AUTHORIZATION })).status).toBe(404);
});

function rulesOf(folder = monitoring.path): readonly { alert: string; expr: string }[] {
  return parse(readFileSync(join(folder, RULES), 'utf8')).groups[0].rules;
}
