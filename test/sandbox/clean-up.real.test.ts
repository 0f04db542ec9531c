import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createSandbox } from '../../src/sandbox/docker-sandbox.js';
import { docker, sandboxOptions } from './rig.js';

/** Everything on the engine that is of a job. */
async function leftOf(jobId: string): Promise<string[]> {
  const filters = { label: [`packwarden.job=${jobId}`] };
  const containers = await docker.listContainers({ all: true, filters });
  const networks = await docker.listNetworks({ filters });
  return [...containers.map(({ Names }) => Names.join()), ...networks.map(({ Name }) => `network ${Name}`)];
}

const plan = () => ({ jobId: randomUUID(), ecosystem: 'npm', attempt: 1 }) as const;

it('carries the job in name and labels, and leaves nothing when it is destroyed, twice even', async () => {
  const options = sandboxOptions();
  const job = plan();
  const run = await createSandbox(options).create(job);
  const { Name, Config } = await docker.getContainer(run.containerId).inspect();
  expect(Name).toBe(`/runner-${job.jobId}`);
  expect(Config.Labels).toMatchObject({
    'packwarden.job': job.jobId,
    'packwarden.attempt': '1',
    'packwarden.instance': options.instance,
  });
  expect(run.containerId).toMatch(/^[0-9a-f]{64}$/);
  await run.destroy();
  await run.destroy();
  expect(await leftOf(job.jobId)).toEqual([]);
});

it('removes what an earlier try of the job left before it starts again', async () => {
  const sandbox = createSandbox(sandboxOptions());
  const job = plan();
  const lost = await sandbox.create(job);
  const again = await sandbox.create({ ...job, attempt: 2 });
  try {
    expect(again.containerId).not.toBe(lost.containerId);
    expect(await leftOf(job.jobId)).toHaveLength(2);
    await expect(lost.canary('x')).rejects.toMatchObject({ code: 'container-gone' });
  } finally {
    await lost.destroy();
    await again.destroy();
  }
  expect(await leftOf(job.jobId)).toEqual([]);
});

it("sweeps its own worker's lost sandboxes, and neither live ones nor those of another worker", async () => {
  const options = sandboxOptions();
  const jobs = [plan(), plan(), plan()] as const;
  const live = createSandbox(options);
  const [lost, alive, foreign] = [
    await createSandbox(options).create(jobs[0]),
    await live.create(jobs[1]),
    await createSandbox(sandboxOptions()).create(jobs[2]),
  ];
  try {
    expect(await live.sweep()).toBe(1);
    expect(await leftOf(jobs[0].jobId)).toEqual([]);
    await alive.canary('x');
    await foreign.canary('x');
    expect(await live.sweep()).toBe(0);
  } finally {
    for (const run of [lost, alive, foreign]) await run.destroy();
  }
});

it('a container that is killed from outside ends a step with an error, not with a result', async () => {
  const run = await createSandbox(sandboxOptions()).create(plan());
  try {
    const failing = expect(run.importAll(60_000, [])).rejects.toMatchObject({ code: 'container-gone' });
    await docker.getContainer(run.containerId).kill();
    await failing;
  } finally {
    await run.destroy();
  }
});

it('says that the image is missing, and leaves nothing of the job', async () => {
  const sandbox = createSandbox(
    sandboxOptions({
      images: { npm: 'packwarden/sandbox-npm:no-such-tag', bundler: 'packwarden/sandbox-bundler:no-such-tag' },
    }),
  );
  const job = plan();
  await expect(sandbox.check()).rejects.toMatchObject({ code: 'image-missing' });
  await expect(sandbox.create(job)).rejects.toMatchObject({ code: 'image-missing' });
  expect(await leftOf(job.jobId)).toEqual([]);
});

it('says so when no engine answers', async () => {
  const sandbox = createSandbox(sandboxOptions({ dockerSocket: '/nonexistent/docker.sock' }));
  await expect(sandbox.check()).rejects.toMatchObject({ code: 'docker-unavailable' });
  await expect(sandbox.create(plan())).rejects.toMatchObject({ code: 'docker-unavailable' });
});

it('gives up on an engine that takes calls and never answers', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'packwarden-test-'));
  const dockerSocket = join(folder, 'docker.sock');
  const stuck = createServer(() => undefined).listen(dockerSocket);
  try {
    const started = Date.now();
    await expect(createSandbox(sandboxOptions({ dockerSocket })).check()).rejects.toMatchObject({
      code: 'docker-unavailable',
    });
    expect(Date.now() - started).toBeLessThan(10_000);
  } finally {
    stuck.close();
    rmSync(folder, { recursive: true });
  }
});
