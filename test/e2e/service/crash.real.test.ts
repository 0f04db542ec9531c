import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { instanceOf } from '../../../src/app/worker/sandbox-options.js';
import { INSTANCE_LABEL, JOB_LABEL } from '../../../src/sandbox/container/identity.js';
import { reportOf, submit, untilState } from '../../support/client.js';
import { DockerRelay } from '../../support/docker-relay.js';
import { sandboxesOf } from '../../support/own-sandboxes.js';
import { dataFolder, eventually, ServiceProcess } from '../../support/service-process.js';
import { packProject, projectWithScript } from '../../support/tarballs.js';

let data: ReturnType<typeof dataFolder>;
const running: ServiceProcess[] = [];
const closing: (() => void)[] = [];

beforeEach(() => {
  data = dataFolder();
});
afterEach(async () => {
  for (const service of running.splice(0).reverse()) await service.stop();
  for (const close of closing.splice(0)) close();
  data.remove();
});

async function start(env: Record<string, string> = {}, role = 'all'): Promise<ServiceProcess> {
  // What the jobs exercise does not matter here.
  const common = { PACKWARDEN_DATA_DIR: data.path, PACKWARDEN_GRACE_S: '5', PACKWARDEN_DEPTH: 'quick' };
  const service = await ServiceProcess.start({ ...common, ...env }, role);
  running.push(service);
  return service;
}

const EMPTY = { 'package.json': { name: 'empty', version: '1.0.0' } };
const slowProject = (seconds: number) => projectWithScript(`setTimeout(() => {}, ${seconds * 1000});`);
/** A worker that leaves as much behind as one can when it is killed. */
const ON_DISK = { PACKWARDEN_DISK: 'volume', PACKWARDEN_HOME_BYTES: String(512 * 1024 ** 2) };

describe('a part dies in the middle of a job', () => {
  it('the sensor: the report is incomplete, never clean, and later jobs are watched again', async () => {
    const service = await start();
    await service.ready();
    const id = await submit(service.url, await slowProject(6));
    await untilState(service.url, id, ['installing']);
    const [sensor] = await service.childPids('sensor/main.js');
    process.kill(sensor ?? 0, 'SIGKILL');
    const report = await reportOf(service.url, id);
    expect(report.verdict).toBe('incomplete');
    expect(report.incomplete.map(({ code }) => code)).toContain('sensor-lost');
    const legacy = (await (await fetch(`${service.url}/?id=${id}`)).json()) as { status: string; message: string };
    expect(legacy).toMatchObject({ status: 'error', message: expect.stringContaining('alert source') });

    await service.ready();
    const next = await reportOf(service.url, await submit(service.url, await packProject(EMPTY)));
    expect(next.verdict).toBe('clean');
  });

  it('the worker: the job finishes on its retry, and the first try leaves nothing', async () => {
    const api = await start({}, 'api');
    const redis = `unix://${join(data.path, 'redis', 'redis.sock')}`;
    const first = await start({ PACKWARDEN_REDIS_URL: redis, ...ON_DISK }, 'worker');
    const id = await submit(api.url, await slowProject(4));
    await untilState(api.url, id, ['installing']);
    await first.stop('SIGKILL');
    expect(sandboxesOf(data.path)).not.toEqual([]);
    await start({ PACKWARDEN_REDIS_URL: redis, ...ON_DISK }, 'worker');
    const report = await reportOf(api.url, id, 90_000);
    expect(report.verdict).toBe('clean');
    expect(report.monitoring.proven).toBe(true);
    await eventually('nothing is left', 20_000, () => sandboxesOf(data.path).length === 0 || undefined);
    expect(readdirSync(join(data.path, 'disks'))).toEqual([]);
    expect(execFileSync('losetup', ['--list'], { encoding: 'utf8' })).not.toContain(data.path);
  });

  it('a worker that is asked to stop: the job goes back, and the next worker finishes it', async () => {
    const api = await start({}, 'api');
    const redis = `unix://${join(data.path, 'redis', 'redis.sock')}`;
    const stopping = { PACKWARDEN_REDIS_URL: redis, PACKWARDEN_STOP_S: '1' };
    const first = await start(stopping, 'worker');
    const id = await submit(api.url, await slowProject(20));
    await untilState(api.url, id, ['installing']);
    await first.stop('SIGTERM');
    expect(first.child.exitCode).toBe(0);
    expect(sandboxesOf(data.path)).toEqual([]);
    await untilState(api.url, id, ['queued']);
    await start({ PACKWARDEN_REDIS_URL: redis }, 'worker');
    expect((await reportOf(api.url, id, 90_000)).verdict).toBe('clean');
  });

  it('Redis hangs: a service that is asked to stop still ends', async () => {
    const service = await start({ PACKWARDEN_STOP_S: '0' });
    await service.ready();
    await submit(service.url, await slowProject(60));
    const [redis] = await service.childPids('redis-server');
    process.kill(redis ?? 0, 'SIGSTOP');
    try {
      const started = Date.now();
      await service.stop('SIGTERM');
      expect(Date.now() - started).toBeLessThan(60_000);
    } finally {
      process.kill(redis ?? 0, 'SIGKILL');
    }
  });

  it('what a job left at the engine is removed while the service runs, and what is in use is not', async () => {
    const service = await start();
    await service.ready();
    const id = await submit(service.url, await slowProject(45));
    await untilState(service.url, id, ['installing']);
    const labels = [`${JOB_LABEL}=${randomUUID()}`, `${INSTANCE_LABEL}=${instanceOf(data.path)}`];
    const create = [
      'network',
      'create',
      '--internal',
      ...labels.flatMap((label) => ['--label', label]),
      data.path.slice(5),
    ];
    const left = execFileSync('docker', create, { encoding: 'utf8' }).trim();
    const ids = () => execFileSync('docker', ['network', 'ls', '-q', '--no-trunc'], { encoding: 'utf8' });
    await eventually('it is removed', 90_000, () => !ids().includes(left) || undefined);
    expect((await reportOf(service.url, id, 120_000)).verdict).toBe('clean');
  });

  it('a second worker on one data folder says so and ends; the first one, and what it runs, goes on', async () => {
    const service = await start();
    await service.ready();
    const id = await submit(service.url, await slowProject(5));
    await untilState(service.url, id, ['installing']);
    const redis = `unix://${join(data.path, 'redis', 'redis.sock')}`;
    await expect(start({ PACKWARDEN_REDIS_URL: redis }, 'worker')).rejects.toThrow(
      /another worker uses the data folder/,
    );
    await service.ready();
    expect((await reportOf(service.url, id)).verdict).toBe('clean');
  });

  it('Redis: uploads get 503 while it is away, and the job it held is finished when it is back', async () => {
    const service = await start();
    await service.ready();
    const id = await submit(service.url, await slowProject(3));
    await untilState(service.url, id, ['installing']);
    const [redis] = await service.childPids('redis-server');
    process.kill(redis ?? 0, 'SIGKILL');
    const refused = await fetch(`${service.url}/monitor/project/npm`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: new Uint8Array(await packProject(EMPTY)),
    });
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ status: 'error', reason: expect.stringContaining('queue') });
    const report = await reportOf(service.url, id);
    expect(report.verdict).toBe('clean');
    expect((await reportOf(service.url, await submit(service.url, await packProject(EMPTY)))).verdict).toBe('clean');
  });

  it('Docker: /readyz is 503 and jobs wait; they run when it is back', async () => {
    const relay = new DockerRelay(join(data.path, 'docker.sock'));
    closing.push(() => relay.down());
    await relay.up();
    const service = await start({ PACKWARDEN_DOCKER_SOCKET: relay.path });
    await service.ready();
    relay.down();
    await eventually(
      'not ready',
      20_000,
      async () => (await fetch(`${service.url}/readyz`)).status === 503 || undefined,
    );
    const id = await submit(service.url, await packProject(EMPTY));
    // A worker that was just asking for work may take it once, and puts it back.
    await untilState(service.url, id, ['queued']);
    await relay.up();
    expect((await reportOf(service.url, id)).verdict).toBe('clean');
  });

  it('the whole service: what was accepted is there after a restart', async () => {
    const service = await start();
    await service.ready();
    const id = await submit(service.url, await slowProject(3));
    await untilState(service.url, id, ['installing']);
    await service.stop('SIGKILL');
    const again = await start();
    const report = await reportOf(again.url, id, 90_000);
    expect(report.verdict, JSON.stringify(report.incomplete)).toBe('clean');
  });
});

describe('a part was never there', () => {
  it('no alert source: the job is incomplete and says so', async () => {
    const service = await start({
      PACKWARDEN_FALCO_GRPC: `unix://${join(data.path, 'no-falco.sock')}`,
      PACKWARDEN_GRACE_S: '2',
    });
    const ready = await fetch(`${service.url}/readyz`);
    expect(ready.status).toBe(503);
    const report = await reportOf(service.url, await submit(service.url, await packProject(EMPTY)));
    expect(report.verdict).toBe('incomplete');
    expect(report.incomplete.map(({ code }) => code)).toEqual(['sensor-unavailable']);
  });
});
