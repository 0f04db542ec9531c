import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportOf, submit } from '../../support/client.js';
import { dataFolder, eventually, ServiceProcess } from '../../support/service-process.js';
import { projectWithScript } from '../../support/tarballs.js';

const data = dataFolder();
const file = join(data.path, 'local.yaml');
let service: ServiceProcess;

const ruleAbout = (name: string) => `- rule: Local rule
  desc: a rule of the user's own
  condition: evt.type in (open, openat, openat2) and evt.dir = < and fd.name endswith "/${name}"
  output: Opened (file=%fd.name pid=%proc.pid ppid=%proc.ppid container_id=%container.id)
  priority: ERROR
`;
const rulesPart = async () => {
  const body = (await (await fetch(`${service.url}/readyz`)).json()) as {
    parts: { rules: { rules: number; reason?: string } };
  };
  return body.parts.rules;
};
const reloadMetric = async () => {
  const text = await (await fetch(`${service.url}/metrics`)).text();
  return /^packwarden_rules_reload_ok (\d)/m.exec(text)?.[1];
};
const rulesFound = async () => {
  const tarball = await projectWithScript(
    "for (const n of ['marker-a','marker-b']) try { require('fs').readFileSync(n) } catch {}",
  );
  const report = await reportOf(service.url, await submit(service.url, tarball));
  return report.findings.map(({ alert }) => alert.output_fields['fd.name']?.split('/').at(-1));
};

beforeAll(async () => {
  writeFileSync(file, ruleAbout('marker-a'));
  service = await ServiceProcess.start({
    PACKWARDEN_DATA_DIR: data.path,
    PACKWARDEN_RULES: file,
    PACKWARDEN_DEPTH: 'quick',
  });
  await service.ready();
});
afterAll(async () => {
  await service?.stop();
  data.remove();
});

describe("a user's own rule file", () => {
  it('is loaded beside ours', async () => {
    expect(await rulesFound()).toEqual(['marker-a']);
    expect(await reloadMetric()).toBe('1');
  });

  it('that is broken leaves the running set in use, and is reported in the log, on /readyz and in the metrics', async () => {
    writeFileSync(file, `${ruleAbout('marker-b')}  condition: [\n`);
    await eventually('the refusal', 20_000, async () => (await rulesPart()).reason);
    expect((await fetch(`${service.url}/readyz`)).status).toBe(200);
    expect(await reloadMetric()).toBe('0');
    expect(service.output).toContain('the changed rule files are invalid');
    expect(await rulesFound()).toEqual(['marker-a']);
  });

  it('that is fixed comes into use without a restart', async () => {
    writeFileSync(file, ruleAbout('marker-b'));
    service.child.kill('SIGHUP');
    await eventually('the reload', 20_000, async () => ((await rulesPart()).reason === undefined ? true : undefined));
    expect(await reloadMetric()).toBe('1');
    expect(await rulesFound()).toEqual(['marker-b']);
  });
});
