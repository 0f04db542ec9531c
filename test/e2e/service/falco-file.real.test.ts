import { appendFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OWN_RULE_FILES } from '../../../src/app/own-rules.js';
import { buildProbe, type Subscription, TestSensor } from '../../sensor/harness.js';
import { reportOf, submit, untilState } from '../../support/client.js';
import { dataFolder, ServiceProcess } from '../../support/service-process.js';
import { projectWithScript } from '../../support/tarballs.js';

/** A whole job whose alerts come from a file, as a Falco's `file_output` writes them; the sensor stands in for Falco. */
const data = dataFolder();
const file = join(data.path, 'events.json');
let sensor: TestSensor;
let alerts: Subscription;
let service: ServiceProcess;
let timer: NodeJS.Timeout;

const start = (): Promise<ServiceProcess> =>
  ServiceProcess.start({
    PACKWARDEN_DATA_DIR: data.path,
    PACKWARDEN_FALCO_FILE: file,
    PACKWARDEN_GRACE_S: '10',
    // What the jobs exercise does not matter here.
    PACKWARDEN_DEPTH: 'quick',
  });

beforeAll(async () => {
  await buildProbe();
  sensor = await TestSensor.start(OWN_RULE_FILES);
  alerts = sensor.subscribe(20);
  writeFileSync(file, '');
  timer = setInterval(() => {
    const lines = alerts.responses.splice(0).map(({ output }) => `${output}\n`);
    if (lines.length > 0) appendFileSync(file, lines.join(''));
  }, 20);
  service = await start();
  await service.ready();
});
afterAll(async () => {
  await service?.stop();
  clearInterval(timer);
  await sensor?.stop();
  data.remove();
});

const READS = `try { require('fs').readFileSync('/etc/shadow') } catch {}`;
const SLOW = `setTimeout(() => { ${READS} }, 4_000)`;

describe('alerts from a file', () => {
  it('prove that a job was watched, and name who did what', async () => {
    const report = await reportOf(service.url, await submit(service.url, await projectWithScript(READS)));
    expect(report.monitoring).toMatchObject({ proven: true, drops: 0, source: 'falco (file)' });
    expect([report.verdict, report.incomplete]).toEqual(['findings', []]);
  });

  it('are not lost where the file is rotated in the middle of a job', async () => {
    const id = await submit(service.url, await projectWithScript(SLOW));
    await untilState(service.url, id, ['installing']);
    renameSync(file, `${file}.1`);
    const report = await reportOf(service.url, id);
    expect([report.verdict, report.monitoring.proven, report.incomplete]).toEqual(['findings', true, []]);
  });

  it('a file that is cut in the middle of a job makes it incomplete, not clean', async () => {
    const id = await submit(service.url, await projectWithScript('setTimeout(() => {}, 4_000)'));
    await untilState(service.url, id, ['installing']);
    truncateSync(file);
    const report = await reportOf(service.url, id);
    expect(report.verdict).toBe('incomplete');
  });

  it('are there after a restart, from where it ended', async () => {
    await service.stop();
    service = await start();
    await service.ready();
    const report = await reportOf(service.url, await submit(service.url, await projectWithScript(READS)));
    expect([report.verdict, report.monitoring.proven]).toEqual(['findings', true]);
  });
});
