import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll } from 'vitest';
import type { JobSpec } from '../../src/jobs/job.js';
import { BullQueue } from '../../src/queue/bull-queue.js';
import { BullWorker } from '../../src/queue/bull-worker.js';
import { emptyReport } from '../../src/queue/job-record.js';
import { type RedisServer, startRedisServer } from '../../src/queue/redis-server.js';
import { StoredReports } from '../../src/queue/reports/stored-reports.js';
import { FileStore } from '../../src/stores/file-store.js';
import { eventually } from '../support/service-process.js';

const log = pino({ level: 'silent' });
const clock = { now: () => Date.now() };

/** The parts of a queue; they exist while the tests of a file run. */
interface Parts {
  readonly redis: RedisServer;
  readonly store: FileStore;
  readonly reports: StoredReports;
  readonly queue: BullQueue;
}

/** A queue on a Redis of its own, for the tests of one file. */
export class OwnQueue {
  #parts: Parts | undefined;

  constructor() {
    const folder = mkdtempSync(join(tmpdir(), 'pw-queue-'));
    beforeAll(async () => {
      const redis = await startRedisServer(folder, log);
      const store = await FileStore.open({ folder: join(folder, 'reports'), suffix: '.json.gz' });
      const reports = new StoredReports({ store, retentionS: 60, queueMs: 60_000, now: () => clock.now() });
      const queue = await openQueue(redis, reports, 1_000);
      this.#parts = { redis, store, reports, queue };
    });
    afterAll(async () => {
      await this.#parts?.queue.close();
      await this.#parts?.store.close();
      await this.#parts?.redis.stop();
      rmSync(folder, { recursive: true });
    });
  }

  get #begun(): Parts {
    if (this.#parts === undefined) throw new Error('there is no queue before the first test');
    return this.#parts;
  }

  get redis(): RedisServer {
    return this.#begun.redis;
  }

  get queue(): BullQueue {
    return this.#begun.queue;
  }

  /** Another queue on the same Redis, in which at most `maxWaiting` jobs of a submitter may wait. */
  bounded(maxWaiting: number): Promise<BullQueue> {
    return openQueue(this.#begun.redis, this.#begun.reports, maxWaiting);
  }

  workerThat(run: ConstructorParameters<typeof BullWorker>[0]['run'], finished: string[] = []): BullWorker {
    return new BullWorker({
      url: this.#begun.redis.url,
      concurrency: 4,
      queueMs: 60_000,
      reports: this.#begun.reports,
      clock,
      log,
      run,
      isTemporary: (error) => error instanceof Error && error.message === 'not now',
      reasonOf: (error) =>
        error instanceof Error && error.message === 'too much' ? 'docker-overloaded' : 'sandbox-failed',
      onFinished: async (id) => void finished.push(id),
    });
  }

  finalView(id: string) {
    return eventually(`${id} is final`, 30_000, async () => {
      const view = await this.queue.find(id);
      return view?.report === null ? undefined : view;
    });
  }
}

function openQueue(redis: RedisServer, reports: StoredReports, maxWaiting: number): Promise<BullQueue> {
  return BullQueue.open({ url: redis.url, retentionS: 60, queueMs: 60_000, maxWaiting, reports, clock, log }, 10_000);
}

export const newSpec = (owner: string | null = null): JobSpec => {
  const id = randomUUID();
  return {
    id,
    ecosystem: 'npm',
    owner,
    submittedAt: Date.now(),
    context: null,
    blob: { key: id, bytes: 1, sha256: 'ab' },
  };
};

export const answer = (spec: JobSpec) => emptyReport(spec, Date.now(), 'cancelled', 'done');

/** Runs `use` beside a working worker. */
export async function withWorker(worker: BullWorker, use: () => Promise<void>): Promise<void> {
  await worker.start();
  try {
    await use();
  } finally {
    await worker.close(1_000);
  }
}
