import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';
import { manifestOf } from '../ecosystems/recognition/choose.js';
import { type EgressMode, isWithin } from '../egress/mode.js';
import type { JobContext } from '../gitlab/identity/context.js';
import type { Ecosystem, JobSpec, JobSummary, JobView, Passes } from './job.js';
import type { BlobStore, Clock, JobQueue, QueueOutlook } from './ports.js';
import type { ProjectLine } from './projects/line.js';
import type { JobPage, JobQuery } from './search/query.js';

/** What a client submits. */
export interface SubmissionRequest {
  readonly ecosystem: Ecosystem;
  /** The submitter's name; null when the service is open. */
  readonly owner: string | null;
  /** Which hosts the job wants to reach; absent: the service's default mode. */
  readonly egress?: EgressMode | undefined;
  /** Whether to find out which install scripts are needed; absent: the service's default. */
  readonly checkNeeded?: boolean | undefined;
  /** Scripts of the project to run. */
  readonly run?: readonly string[] | undefined;
  readonly passes?: Passes | undefined;
  /** The project and branch that the job belongs to; absent: not known. */
  readonly project?: ProjectLine | undefined;
  readonly body: Readable;
  /** Requests with the same key make one job, so that a client may safely retry after losing an answer. */
  readonly idempotencyKey?: string | undefined;
  /** The CI job that submits it; null when none is known. */
  readonly context: JobContext | null;
}

/** A job asked for more network access than this service permits. */
export class EgressNotPermittedError extends Error {
  override readonly name = 'EgressNotPermittedError';
  readonly code = 'egress-not-permitted';

  constructor(asked: EgressMode, max: EgressMode) {
    super(`egress=${asked} is not permitted here: a job may ask for ${max} or less`);
  }
}

/** An idempotency key was used again for a different request. */
export class KeyReusedError extends Error {
  override readonly name = 'KeyReusedError';
  readonly code = 'key-reused';
  constructor() {
    super(
      'this Idempotency-Key was used for another tarball, ecosystem, egress mode, check-needed, run, passes or compare',
    );
  }
}

export interface SubmissionDependencies {
  readonly blobs: BlobStore;
  readonly queue: JobQueue;
  readonly clock: Clock;
  /** A new UUID v4. */
  readonly newId: () => string;
  /** The widest mode that a job may ask for. */
  readonly maxEgress: EgressMode;
  /** Deletes what other rooms store about a job, when the job is removed. */
  readonly forget?: (id: string) => Promise<void>;
}

/** Submits, reads and removes jobs; used by `src/api/`. */
export class Submissions {
  readonly #deps: SubmissionDependencies;

  constructor(deps: SubmissionDependencies) {
    this.#deps = deps;
  }

  /**
   * Submits a tarball. Resolves when tarball and job are both stored durably; leaves nothing behind when it rejects.
   * @throws EgressNotPermittedError and QueueFullError before the body is read, ArchiveError for an invalid archive, QueueUnavailableError
   * when Redis does not answer, KeyReusedError
   */
  async submit(request: SubmissionRequest): Promise<{ readonly id: string }> {
    const { blobs, queue, clock, newId, maxEgress } = this.#deps;
    const { egress, checkNeeded, run, passes, project } = request;
    if (egress !== undefined && !isWithin(egress, maxEgress)) throw new EgressNotPermittedError(egress, maxEgress);
    await queue.admit(request.owner);
    const id = newId();
    const { baseline, ...stored } = await blobs.put(id, request.body, manifestOf(request.ecosystem));
    const spec: JobSpec = {
      id,
      ecosystem: request.ecosystem,
      owner: request.owner,
      submittedAt: clock.now(),
      context: request.context,
      ...(egress === undefined ? {} : { egress }),
      ...(baseline === null ? {} : { baseline }),
      ...(checkNeeded === undefined ? {} : { checkNeeded }),
      ...(run === undefined ? {} : { run }),
      ...(passes === undefined ? {} : { passes }),
      ...(project === undefined ? {} : { project }),
      blob: { key: id, ...stored },
    };
    try {
      const kept = await queue.add(spec, onceKey(request));
      if (kept.id === id) return { id };
      if (!isSame(kept, spec)) throw new KeyReusedError();
      await blobs.remove(id);
      return { id: kept.id };
    } catch (error) {
      await blobs.remove(id);
      throw error;
    }
  }

  /** Undefined when there is no such job, or it has expired. @throws QueueUnavailableError */
  find(id: string): Promise<JobView | undefined> {
    return this.#deps.queue.find(id);
  }

  /** A page of jobs, newest first. @throws QueueUnavailableError */
  search(query: JobQuery): Promise<JobPage> {
    return this.#deps.queue.search(query);
  }

  /** Summaries of jobs in the order of `ids`, without those that have expired. @throws QueueUnavailableError */
  summaries(ids: readonly string[]): Promise<readonly JobSummary[]> {
    return this.#deps.queue.summaries(ids);
  }

  /** The position of a waiting job in the queue; null for a job that is not waiting. @throws QueueUnavailableError */
  outlook(id: string): Promise<QueueOutlook | null> {
    return this.#deps.queue.outlook(id);
  }

  /** Calls `listener` whenever a job may have changed, until the returned function is called. */
  onChange(id: string, listener: () => void): () => void {
    return this.#deps.queue.onChange(id, listener);
  }

  /** Removes a job with its tarball, its report and everything else about it; false when it is running: it is then being cancelled instead. */
  async remove(id: string): Promise<boolean> {
    const removed = await this.#deps.queue.remove(id);
    if (!removed) return false;
    await this.#deps.blobs.remove(id);
    await this.#deps.forget?.(id);
    return true;
  }
}

/** The hash includes the owner, so that the keys of different submitters can't collide. */
function onceKey({ owner, idempotencyKey }: SubmissionRequest): string | undefined {
  if (idempotencyKey === undefined) return undefined;
  return createHash('sha256')
    .update(JSON.stringify([owner, idempotencyKey]))
    .digest('hex');
}

function isSame(a: JobSpec, b: JobSpec): boolean {
  const contentOf = ({ blob, ecosystem, egress, checkNeeded, run, passes, project }: JobSpec): readonly unknown[] => {
    return [blob.sha256, ecosystem, egress, checkNeeded, run, passes, project?.compare];
  };
  return isDeepStrictEqual(contentOf(a), contentOf(b));
}
