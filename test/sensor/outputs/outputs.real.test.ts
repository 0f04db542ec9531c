import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SensorError } from '../../../src/sensor/errors.js';
import { buildProbe, type Response, ruleFile, runContainer, sandboxImage, TestSensor, until } from '../harness.js';

const run = promisify(execFile);

/** In the name of each file that is opened. The sensor sees every container of the machine. */
const MARK = `packwarden-mark-${randomUUID()}`;
const OPENS = `
- rule: Marked open
  desc: opens of files whose name the test chose
  condition: evt.type in (open, openat) and evt.dir = < and fd.name contains "${MARK}"
  output: marked open (file=%fd.name container_id=%container.id)
  priority: NOTICE
`;

describe('the outputs API', () => {
  let image: string;
  let folder: string;
  let rules: string;

  beforeAll(async () => {
    await buildProbe();
    image = sandboxImage();
    folder = await mkdtemp(join(tmpdir(), 'packwarden-rules-'));
    rules = await ruleFile(folder, OPENS);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Opens `count` files that are not there, each with its number in its name. */
  const open = (count: number) =>
    runContainer(image, [
      'node',
      '-e',
      `const fs=require('fs');for(let i=0;i<${count};i++){try{fs.openSync('/tmp/${MARK}-'+i)}catch{}}`,
    ]);

  const numbers = (responses: readonly { readonly output_fields: Readonly<Record<string, string>> }[]) =>
    responses.map(({ output_fields }) => Number(/\d+$/.exec(output_fields['fd.name'] ?? '')?.[0]));

  const containerOf = ({ output_fields }: Response) => output_fields['container.id'];
  const alertNumbers = (responses: readonly Response[]) =>
    responses.map(({ output_fields }) => Number(output_fields['packwarden.number']));

  it('get drains what was queued without a subscriber, and ends with OK; at once when there is nothing', async () => {
    const sensor = await TestSensor.start([rules]);
    try {
      expect(await sensor.get()).toEqual([]);
      await open(200);
      expect(numbers(await sensor.get())).toEqual(Array.from({ length: 200 }, (_, index) => index));
      expect(await sensor.get()).toEqual([]);
    } finally {
      await sensor.stop();
    }
  });

  it('sub sends nothing without a request, and with one it sends the queued alerts once', async () => {
    const sensor = await TestSensor.start([rules]);
    try {
      const silent = sensor.subscribe();
      await open(50);
      const { version } = await sensor.version();
      expect(version).toBe('0.43.1-packwarden');
      expect(silent.responses).toHaveLength(0);
      silent.request();
      await until(() => silent.responses.length === 50, 'the queued alerts');
      await open(50);
      expect(silent.responses).toHaveLength(50);
      silent.request();
      await until(() => silent.responses.length === 100, 'the alerts of the second request');
      silent.close();
    } finally {
      await sensor.stop();
    }
  });

  it('a second reader is refused with a message while there is a first; each alert has its number', async () => {
    const sensor = await TestSensor.start([rules]);
    try {
      const first = sensor.subscribe(3);
      await open(10);
      await until(() => first.responses.length === 10, 'the first alerts');
      const second = sensor.subscribe(3);
      await until(() => second.status !== undefined, 'the refusal');
      expect([second.status, second.details]).toEqual([
        status.FAILED_PRECONDITION,
        expect.stringMatching(/another client/),
      ]);
      await expect(sensor.get()).rejects.toThrow(/another client/);
      await open(1_000);
      await until(() => first.responses.length === 1_010, 'all alerts');
      const counted = alertNumbers(first.responses.slice(10));
      expect(counted).toEqual(Array.from({ length: 1_000 }, (_, index) => index + 1));
      first.close();
      await expect.poll(() => sensor.get().catch(() => undefined), { timeout: 15_000 }).toEqual([]);
    } finally {
      await sensor.stop();
    }
  });

  it('a stop ends a subscription with OK, and removes the socket', async () => {
    const sensor = await TestSensor.start([rules]);
    const subscription = sensor.subscribe(20);
    await sensor.version();
    await sensor.sensor.stop();
    await until(() => subscription.status !== undefined, 'the end of the stream');
    expect(subscription.status).toBe(0);
    await expect(sensor.sensor.closed).resolves.toBeUndefined();
    subscription.close();
    await sensor.stop();
  });

  it('a container that floods the queue loses only its own alerts', async () => {
    const sensor = await TestSensor.start([rules], { queueCapacity: 100 });
    try {
      await open(350);
      await open(20);
      const responses = await sensor.get();
      expect(responses).toHaveLength(100);
      const [first] = responses.map(containerOf);
      const [flooder, neighbour] = [true, false].map((isFirst) =>
        responses.filter((one) => (containerOf(one) === first) === isFirst),
      );
      expect(alertNumbers(flooder ?? [])).toEqual(Array.from({ length: 80 }, (_, index) => index + 1));
      expect(alertNumbers(neighbour ?? [])).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    } finally {
      await sensor.stop();
    }
  });

  it('an overflowing ring buffer is reported as Falco reports it, and says which container lost how much', async () => {
    const sensor = await TestSensor.start([rules], { ringBytes: 4096 });
    try {
      const { id } = await open(20_000);
      const drop = await dropOf(sensor, id.slice(0, 12));
      const lost = Number(drop?.output_fields.n_drops_buffer_open_exit);
      expect(Number(drop?.output_fields.n_drops)).toBeGreaterThanOrEqual(lost);
      expect(drop?.output_fields).not.toHaveProperty(['container.id']);
      expect(JSON.parse(drop?.output ?? '').output).toMatch(
        /^Falco internal: syscall event drop\. \d+ system calls dropped in last second\.$/,
      );
    } finally {
      await sensor.stop();
    }
  });

  it('the sensor fails immediately when the probe is killed', async () => {
    const sensor = await TestSensor.start([rules]);
    process.kill(sensor.sensor.probePid, 'SIGKILL');
    await expect(sensor.sensor.closed).rejects.toMatchObject({ code: 'probe-failed' });
    await sensor.stop();
  });

  it('a reload applies the new rules all or nothing', async () => {
    const sensor = await TestSensor.start([rules]);
    try {
      await writeFile(rules, OPENS.replaceAll('Marked open', 'Renamed rule'));
      expect(await sensor.sensor.reload()).toBe(true);
      await open(1);
      expect((await sensor.get()).map(({ rule }) => rule)).toEqual(['Renamed rule']);
      await writeFile(
        rules,
        '- rule: Broken\n  desc: x\n  condition: evt.type = nonsense and\n  output: x\n  priority: x\n',
      );
      expect(await sensor.sensor.reload()).toBe(false);
      expect(sensor.sensor.rules).toMatchObject({ rules: 1, lastError: { message: expect.stringContaining(rules) } });
      await open(1);
      expect((await sensor.get()).map(({ rule }) => rule)).toEqual(['Renamed rule']);
    } finally {
      await writeFile(rules, OPENS);
      await sensor.stop();
    }
  });

  it('reports why it cannot start', async () => {
    const broken = await ruleFile(folder, '- rule: [');
    await expect(TestSensor.start([broken])).rejects.toMatchObject({ code: 'rules' });
    await expect(TestSensor.start([join(folder, 'nothing.yaml')])).rejects.toMatchObject({ code: 'rules' });
    await expect(TestSensor.start([rules], { probe: '/nonexistent' })).rejects.toMatchObject({ code: 'probe-missing' });
    await expect(TestSensor.start([rules], { probe: '/bin/false' })).rejects.toMatchObject({ code: 'probe-failed' });
    await expect(TestSensor.start([rules], { socket: rules })).rejects.toMatchObject({ code: 'socket' });
    expect(await readFile(rules, 'utf8')).toBe(OPENS);
    await expect(TestSensor.start([rules], { socket: `/tmp/${'x'.repeat(120)}` })).rejects.toBeInstanceOf(SensorError);
    const { stdout } = await run('pgrep', ['-P', String(process.pid), '-c', 'packwarden']).catch(() => ({
      stdout: '0',
    }));
    expect(Number(stdout)).toBe(0);
  });
});

/** The first alert about lost openings that names this container; others on the machine lose events, too. */
async function dropOf(sensor: TestSensor, id: string): Promise<Response | undefined> {
  const subscription = sensor.subscribe(20);
  const own = () =>
    subscription
      .ofRule('Falco internal: syscall event drop')
      .filter(({ output_fields }) => Number(output_fields.n_drops_buffer_open_exit) > 0)
      .find(({ output_fields }) => output_fields['packwarden.losses']?.includes(id));
  await until(() => own() !== undefined, 'the drop alert');
  subscription.close();
  return own();
}
