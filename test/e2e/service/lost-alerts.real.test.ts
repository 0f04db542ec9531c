import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OWN_RULE_FILES } from '../../../src/app/own-rules.js';
import { NUMBER_FIELD } from '../../../src/falco/alert.js';
import { FalcoServer } from '../../falco/falco-server.js';
import { buildProbe, type Response, type Subscription, TestSensor } from '../../sensor/harness.js';
import { reportOf, submit } from '../../support/client.js';
import { dataFolder, ServiceProcess } from '../../support/service-process.js';
import { projectWithScript } from '../../support/tarballs.js';

const data = dataFolder();
const relay = new FalcoServer();
let sensor: TestSensor;
let alerts: Subscription;
let service: ServiceProcess;
let timer: NodeJS.Timeout;

/** What comes through: `passes` says of the nth alert of a container whether it does. A real Falco does not number them. */
let way: { readonly numbered: boolean; readonly passes: (nth: number) => boolean } = {
  numbered: true,
  passes: () => true,
};

function relayed(alert: Response): boolean {
  const nth = Number(alert.output_fields[NUMBER_FIELD]);
  return Number.isNaN(nth) || way.passes(nth);
}

function asFalco(alert: Response): Response {
  if (way.numbered) return alert;
  const { [NUMBER_FIELD]: _, ...fields } = alert.output_fields;
  return { ...alert, output_fields: fields };
}

beforeAll(async () => {
  await buildProbe();
  sensor = await TestSensor.start(OWN_RULE_FILES);
  alerts = sensor.subscribe(20);
  const socket = join(data.path, 'falco.sock');
  await relay.start(`unix:${socket}`);
  timer = setInterval(() => relay.push(...alerts.responses.splice(0).filter(relayed).map(asFalco)), 20);
  service = await ServiceProcess.start({
    PACKWARDEN_DATA_DIR: data.path,
    PACKWARDEN_FALCO_GRPC: `unix://${socket}`,
    PACKWARDEN_GRACE_S: '10',
    // What the jobs exercise does not matter here.
    PACKWARDEN_DEPTH: 'quick',
  });
});

afterAll(async () => {
  await service?.stop();
  clearInterval(timer);
  relay.kill();
  await sensor?.stop();
  data.remove();
});

describe('alerts that do not arrive', () => {
  it.each([
    ['numbered: all come', true, () => true, 'clean'],
    ['numbered: one in fifty is lost', true, (nth: number) => nth % 50 !== 7, 'incomplete'],
    ['numbered: somebody else takes every other one', true, (nth: number) => nth % 2 === 0, 'incomplete'],
    ['not numbered: all come', false, () => true, 'clean'],
    ['not numbered: somebody else takes every other batch', false, (nth: number) => nth % 20 < 10, 'incomplete'],
  ])('%s: %s', async (_title, numbered, passes, verdict) => {
    way = { numbered, passes };
    const project = await projectWithScript('setTimeout(() => {}, 4_000);');
    const report = await reportOf(service.url, await submit(service.url, project), 90_000);
    expect(report.verdict, JSON.stringify([report.incomplete, report.findings.map(({ rule }) => rule)])).toBe(verdict);
    if (verdict === 'clean') return;
    const codes = report.incomplete.map(({ code }) => code);
    expect(
      codes.some((code) => code === 'events-dropped' || code.startsWith('no-')),
      codes.join(),
    ).toBe(true);
  });
});
