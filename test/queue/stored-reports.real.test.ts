import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { JobSpec } from '../../src/jobs/job.js';
import { BullQueue } from '../../src/queue/bull-queue.js';
import { BullWorker } from '../../src/queue/bull-worker.js';
import { emptyReport, QUEUE_NAME } from '../../src/queue/job-record.js';
import { StoredReports } from '../../src/queue/reports/stored-reports.js';
import type { Report } from '../../src/report/report.js';
import { FileStore } from '../../src/stores/file-store.js';
import { StoreError } from '../../src/stores/object-store.js';
import { eventually } from '../support/service-process.js';
import { ownRedis } from './own-redis.js';

const DAY_S = 86_400;
const folder = mkdtempSync(join(tmpdir(), 'pw-reports-'));
const log = pino({ level: 'silent' });
let now = () => Date.now();
const clock = { now: () => now() };
const connected = ownRedis();
let redis: Redis;
let url: string;
let store: FileStore;
let reports: StoredReports;
let queue: BullQueue;
/** The store fails while this is set. */
let away = false;

beforeAll(async () => {
  redis = connected();
  url = `unix://${redis.options.path}`;
  store = await FileStore.open({ folder, suffix: '.json.gz' });
  const { put, list } = store;
  const works = () => {
    if (away) throw new StoreError('store-unavailable', 'the store is away');
  };
  store.put = async (...object) => {
    works();
    await put.apply(store, object);
  };
  store.list = (prefix) => {
    works();
    return list.call(store, prefix);
  };
  const bounds = { retentionS: DAY_S, queueMs: 60_000, maxWaiting: 100 };
  reports = new StoredReports({ store, ...bounds, now: () => clock.now() });
  queue = await BullQueue.open({ url, ...bounds, reports, clock, log }, 10_000);
});
afterAll(async () => {
  await queue?.close();
  await store?.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  away = false;
  now = () => Date.now();
});

function newSpec(): JobSpec {
  const id = randomUUID();
  const blob = { key: id, bytes: 1, sha256: 'ab' };
  return { id, ecosystem: 'npm', owner: 'ci', submittedAt: Date.now(), context: null, blob };
}

function clean(spec: JobSpec, output = 'x'.repeat(50_000)): Report {
  const empty = emptyReport(spec, Date.now(), 'cancelled', '');
  return { ...empty, status: 'finished', verdict: 'clean', incomplete: [], log: output };
}

function workerThat(run: ConstructorParameters<typeof BullWorker>[0]['run']): BullWorker {
  return new BullWorker({
    url,
    concurrency: 1,
    queueMs: 60_000,
    reports,
    clock,
    log,
    run,
    isTemporary: (error) => error instanceof StoreError && error.code === 'store-unavailable',
    reasonOf: (error) => (error instanceof StoreError ? 'store-failed' : 'sandbox-failed'),
    onFinished: async () => undefined,
  });
}

async function finished(spec: JobSpec, run = async () => clean(spec)): Promise<void> {
  const worker = workerThat(run);
  await worker.start();
  try {
    await queue.add(spec);
    await isFinal(spec);
  } finally {
    await worker.close(1_000);
  }
}

const isFinal = ({ id }: JobSpec) =>
  eventually(`${id} is final`, 40_000, async () => {
    const view = await queue.find(id);
    return view?.report === null ? undefined : view;
  });

/** Names of files with reports of this job. */
async function filesOf({ id }: JobSpec): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => name.includes(`/${id}.`)).map((name) => join(folder, name));
}

describe('reports in a store, on a real Redis', () => {
  it('are given back as they were written, and Redis keeps only a reference', async () => {
    const spec = newSpec();
    const report = clean(spec);
    await finished(spec, async () => report);
    expect((await queue.find(spec.id))?.report).toEqual(report);
    expect(await redis.hstrlen(`bull:${QUEUE_NAME}:${spec.id}`, 'returnvalue')).toBeLessThan(250);
    expect(await filesOf(spec)).toHaveLength(1);
  });

  it('of an earlier version stay readable where they are: in Redis', async () => {
    const spec = newSpec();
    const report = clean(spec);
    await finished(spec);
    await redis.hset(`bull:${QUEUE_NAME}:${spec.id}`, 'returnvalue', JSON.stringify(report));
    expect((await queue.find(spec.id))?.report).toEqual(report);
  });

  it('are written again when the worker is killed between the store and the queue', async () => {
    const spec = newSpec();
    await queue.add(spec);
    const dying = execFile(process.execPath, ['--import', 'tsx', 'test/queue/dying-worker.ts', url, folder]);
    await new Promise((resolve) => dying.once('exit', resolve));
    expect(dying.signalCode).toBe('SIGKILL');
    expect(await filesOf(spec)).toHaveLength(1);
    expect(await queue.find(spec.id)).toMatchObject({ state: 'preparing', report: null });

    const worker = workerThat(async () => clean(spec));
    await worker.start();
    expect((await isFinal(spec)).report?.verdict).toBe('clean');
    await worker.close(1_000);
    expect(await queue.remove(spec.id)).toBe(true);
    expect(await filesOf(spec)).toEqual([]);
  }, 60_000);

  it('wait for a store that is away, and the project is not run again for that', async () => {
    const spec = newSpec();
    let runs = 0;
    away = true;
    const worker = workerThat(async () => {
      runs += 1;
      return clean(spec);
    });
    await worker.start();
    await queue.add(spec);
    const bull = new Queue(QUEUE_NAME, { connection: redis });
    await eventually('put off', 10_000, async () => ((await bull.getDelayedCount()) > 0 ? true : undefined));
    away = false;
    expect((await isFinal(spec)).report?.verdict).toBe('clean');
    await worker.close(1_000);
    await bull.close();
    expect(runs).toBe(1);
  });

  it('end as incomplete, with the reason, when the store stays away for longer than a job may wait', async () => {
    const spec = { ...newSpec(), submittedAt: Date.now() - 120_000 };
    away = true;
    const worker = workerThat(async () => clean(spec));
    await worker.start();
    await queue.add(spec);
    const report = await eventually('given up', 20_000, async () => {
      const found = (await queue.find(spec.id))?.report;
      return found?.incomplete[0]?.code === 'store-failed' ? found : undefined;
    });
    await worker.close(1_000);
    expect(report).toMatchObject({ verdict: 'incomplete', incomplete: [{ message: 'the store is away' }] });
  });

  it.each([
    ['half of it', async (file: string) => truncate(file, 100), /damaged/],
    ['nothing of it', async (file: string) => truncate(file, 0), /damaged/],
    ['other content', async (file: string) => writeFile(file, (await readFile(file)).reverse()), /damaged/],
    ['none at all', async (file: string) => rmSync(file), /missing/],
  ])('of which the store has %s are reported as lost, never as clean', async (_what, spoil, message) => {
    const spec = newSpec();
    await finished(spec);
    for (const file of await filesOf(spec)) await spoil(file);
    expect((await queue.find(spec.id))?.report).toMatchObject({
      status: 'incomplete',
      verdict: 'incomplete',
      incomplete: [{ code: 'report-lost', message: expect.stringMatching(message) }],
    });
  });

  it('go with their jobs; a job whose report can’t be removed stays, to be removed later', async () => {
    const spec = newSpec();
    await finished(spec);
    away = true;
    await expect(queue.remove(spec.id)).rejects.toMatchObject({ code: 'store-unavailable' });
    away = false;
    expect((await queue.find(spec.id))?.report?.verdict).toBe('clean');
    expect(await queue.remove(spec.id)).toBe(true);
    expect(await filesOf(spec)).toEqual([]);
  });

  it('are swept when they are past their retention, and no earlier; the job is then gone, too', async () => {
    const spec = newSpec();
    await finished(spec);
    expect(await reports.sweep()).toBe(0);
    now = () => Date.now() + 4 * DAY_S * 1_000;
    expect(await reports.sweep()).toBeGreaterThan(0);
    expect(await filesOf(spec)).toEqual([]);
    expect(await queue.find(spec.id)).toBeUndefined();
  });
});
