import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { JobSpec } from '../../jobs/job.js';
import { type Report, reportSchema } from '../../report/report.js';
import { checkedStream } from '../../stores/checked-stream.js';
import { type ObjectStore, StoreError } from '../../stores/object-store.js';
import type { ReportReference } from './reference.js';

const compress = promisify(gzip);
const inflate = promisify(gunzip);
/** More than any report has; a bucket may be written to by others. */
const MAX_REPORT_BYTES = 512 * 1024 ** 2;
const DAY_MS = 24 * 60 * 60_000;

export interface StoredReportsOptions {
  readonly store: ObjectStore;
  /** How long reports are kept, in seconds. */
  readonly retentionS: number;
  /** How long a job may wait for a worker, in milliseconds. */
  readonly queueMs: number;
  readonly now: () => number;
}

/**
 * Reports as objects in a store, compressed; Redis only keeps a reference to each. The key is `DAY/JOB.ATTEMPT`: with the attempt, so that
 * a worker that has lost its job can't overwrite the report of the one that has finished it; with the day of the job's submission in front,
 * so that those past their retention come first in a list.
 */
export class StoredReports {
  readonly #options: StoredReportsOptions;

  constructor(options: StoredReportsOptions) {
    this.#options = options;
  }

  /** Resolves when the report is durable. `attempt`: its number, from 1. @throws StoreError */
  async write(spec: JobSpec, attempt: number, report: Report): Promise<ReportReference> {
    const content = await compress(JSON.stringify(report));
    const key = `${keysOf(spec)}${attempt}`;
    await this.#options.store.put(key, content);
    return { object: { key, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') } };
  }

  /** @throws StoreError; `object-missing` or `object-damaged` if there is no report any more that could be trusted */
  async read({ object }: ReportReference): Promise<Report> {
    const content = await buffer(checkedStream(await this.#options.store.open(object.key), object));
    try {
      const json = await inflate(content, { maxOutputLength: MAX_REPORT_BYTES });
      return reportSchema.parse(JSON.parse(json.toString('utf8')));
    } catch (cause) {
      throw new StoreError('object-damaged', 'the report can’t be read', { cause });
    }
  }

  /** Removes what all attempts of a job stored. @throws StoreError */
  async remove(spec: JobSpec): Promise<void> {
    const { store } = this.#options;
    for await (const { key } of store.list(keysOf(spec))) await store.remove(key);
  }

  /** Removes reports whose jobs have expired, and resolves with their number. @throws StoreError */
  async sweep(): Promise<number> {
    const { store, retentionS, queueMs, now } = this.#options;
    const oldest = dayOf(now() - retentionS * 1000 - queueMs - DAY_MS);
    let removed = 0;
    for await (const { key } of store.list()) {
      if (key >= oldest) break;
      await store.remove(key);
      removed += 1;
    }
    return removed;
  }
}

/** What the keys of all attempts of a job begin with. */
function keysOf({ id, submittedAt }: JobSpec): string {
  return `${dayOf(submittedAt)}/${id}.`;
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
