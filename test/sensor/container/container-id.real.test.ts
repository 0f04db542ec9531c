import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildProbe, ROOT, type Subscription, sandboxImage, TestSensor, until } from '../harness.js';

const docker = (...args: string[]): string => execFileSync('docker', args, { encoding: 'utf8' }).trim();
const DIGITS = '0123456789abcdef';

/** A container whose id starts with `digit`; Docker chooses ids, so it is asked until it does. */
function createWithId(image: string, digit: string): string {
  for (let tries = 0; tries < 400; tries += 1) {
    const id = docker('create', '--network', 'none', '--user', '1000', image, '/bin/true', `ci-check:${digit}`);
    if (id.startsWith(digit)) return id;
    docker('rm', id);
  }
  throw new Error(`no id started with ${digit}`);
}

describe('the sensor knows a container whatever its id is', () => {
  let sensor: TestSensor;
  let alerts: Subscription;

  beforeAll(async () => {
    await buildProbe();
    sensor = await TestSensor.start([join(ROOT, 'rules/packwarden_plumbing.yaml')]);
    alerts = sensor.subscribe(20);
  });
  afterAll(async () => {
    alerts?.close();
    await sensor?.stop();
  });

  // "docker-<id>.scope" (systemd's cgroup driver) starts with a d, and so may an id.
  it.each(['d', ...DIGITS.replace('d', '').slice(0, 2)])('an id that starts with %s', async (digit) => {
    const id = createWithId(sandboxImage(), digit);
    try {
      docker('start', '-a', id);
      const seen = () =>
        alerts.ofRule('Packwarden canary').some(({ output_fields: f }) => f['container.id'] === id.slice(0, 12));
      await until(seen, `the canary of ${id}`);
      expect(seen()).toBe(true);
    } finally {
      docker('rm', '-f', id);
    }
  });
});
