import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AlertHub } from '../../src/falco/hub.js';
import { Monitor } from '../../src/jobs/watching/monitor.js';
import { buildReport } from '../../src/report/build.js';
import { FalcoServer } from '../falco/falco-server.js';
import { scratch, silent, sourceOf, until } from '../falco/harness.js';
import { evidence } from './evidence.js';
import { noRecordedJobs, recordedJob } from './recorded-job.js';

let folder: Awaited<ReturnType<typeof scratch>>;
let server: FalcoServer;
let hub: AlertHub;

beforeEach(async () => {
  folder = await scratch();
  const socket = join(folder.path, 'falco.sock');
  server = await new FalcoServer().start(`unix:${socket}`);
  hub = new AlertHub(sourceOf({ socket }), silent);
  hub.start();
});

afterEach(async () => {
  await hub.stop();
  server.kill();
  await folder.remove();
});

/** Sends a recorded job through Falco's outputs API and the worker's own path, and builds its report. */
async function replay(name: string) {
  const { messages, containerId, steps, packages } = recordedJob(name);
  const monitor = new Monitor();
  const watch = hub.watch(containerId.padEnd(64, '0'), monitor);
  const opening = messages.findIndex((message) => (message as { rule: string }).rule === 'Packwarden canary');
  server.push(...messages.slice(0, opening));
  await until(() => hub.counters().received === opening, 60_000);
  monitor.startCounting();
  monitor.keepWrites();
  server.push(...messages.slice(opening));
  await until(() => hub.counters().received === messages.length, 60_000);
  watch.close();
  const { alerts, tree, contacts, writes } = monitor;
  const report = buildReport(
    evidence({
      alerts,
      tree,
      contacts,
      writes,
      steps,
      packages,
      containerId,
      gateway: null,
      incomplete: monitor.faults(),
    }),
  );
  return {
    verdict: report.verdict,
    findings: report.findings.map(({ rule, package: by }) => `${rule} by ${by?.name ?? 'nobody'}`),
    incomplete: report.incomplete,
  };
}

if (noRecordedJobs) console.warn('NOT TESTED: recorded jobs of a real Falco (they are not part of the repository)');

describe.skipIf(noRecordedJobs)('a job that a real Falco 0.40 watched', () => {
  it.each(['empty', 'plain', 'esbuild', 'native', 'pnpm', 'yarn1', 'yarn4', 'bundler'])('%s is clean', async (name) => {
    expect(await replay(name)).toEqual({ verdict: 'clean', findings: [], incomplete: [] });
  });

  it('falco-test is findings by evil-dep alone', async () => {
    const { verdict, findings } = await replay('falco-test');
    expect(verdict).toBe('findings');
    expect(findings.toSorted()).toEqual([
      'Credentials of several kinds read by evil-dep',
      'Network tool started by evil-dep',
      'Read of an SSH key by evil-dep',
      'Read of the password database by evil-dep',
    ]);
  });

  // The rules of that time excluded programs called runc: only their start was recorded, not what they read.
  it('a program that calls itself the container engine is a finding by the package that started it', async () => {
    const { verdict, findings } = await replay('runc-name');
    expect(verdict).toBe('findings');
    expect(findings).toEqual(['Program named like the container engine by red-runc-name']);
  });
});
