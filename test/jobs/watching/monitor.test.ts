import { describe, expect, it } from 'vitest';
import { CANARY_RULE, canaryMarker, Monitor } from '../../../src/jobs/watching/monitor.js';
import { alertAt } from '../../report/evidence.js';

const shadow = alertAt(3, 'Read of the password database', { 'proc.pid': '20', 'fd.name': '/etc/shadow' });
const canary = (args: string) => alertAt(1, CANARY_RULE, { 'proc.args': args });

async function answered(wait: Promise<void>): Promise<boolean> {
  return Promise.race([wait.then(() => true), new Promise<boolean>((resolve) => setImmediate(() => resolve(false)))]);
}

describe('what is seen of one sandbox', () => {
  it('counts alerts only from the opening canary on: what comes before is the setting-up', () => {
    const monitor = new Monitor();
    monitor.alert(shadow);
    monitor.startCounting();
    monitor.alert(shadow);
    monitor.alert(shadow);
    expect(monitor.alerts.map(({ count }) => count)).toEqual([2]);
  });

  it.each([
    ['its own nonce', canaryMarker('n1'), true],
    ['another nonce', canaryMarker('n2'), false],
    ['a nonce with something behind it', `${canaryMarker('n1')}x`, false],
    ['no nonce', 'ci-check:', false],
  ])('takes %s for an answer: %s → %s', async (_title, args, expected) => {
    const monitor = new Monitor();
    const wait = monitor.canary('n1');
    monitor.alert(canary(args));
    expect(await answered(wait)).toBe(expected);
  });

  it('lets no other rule answer a canary', async () => {
    const monitor = new Monitor();
    const wait = monitor.canary('n1');
    monitor.alert(alertAt(1, 'Network tool started', { 'proc.args': canaryMarker('n1') }));
    expect(await answered(wait)).toBe(false);
  });

  it.each([
    ['an interruption', (monitor: Monitor) => monitor.interrupted('gone'), 'sensor-lost'],
    ['a drop', (monitor: Monitor) => monitor.dropped(7), 'events-dropped'],
    ['an alert that did not arrive', (monitor: Monitor) => monitor.missing(1), 'events-dropped'],
    [
      'more different alerts than a report holds',
      (monitor: Monitor) => {
        monitor.startCounting();
        for (let pid = 0; pid < 6_000; pid += 1) monitor.alert({ ...shadow, fields: { 'proc.pid': String(pid) } });
      },
      'alerts-overflowed',
    ],
  ])('%s is a fault', (_title, happens, code) => {
    const monitor = new Monitor();
    expect(monitor.faults()).toEqual([]);
    happens(monitor);
    expect(monitor.faults().map((fault) => fault.code)).toEqual([code]);
  });
});
