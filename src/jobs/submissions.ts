import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';
import { manifestOf } from '../ecosystems/choose.js';
import { type EgressMode, isWithin } from '../egress/mode.js';
import type { JobContext } from '../gitlab/identity/context.js';
import type { Ecosystem, JobSpec, JobSummary, JobView, Passes } from './job.js';
import type { BlobStore, Clock, JobQueue, QueueOutlook } from './ports.js';
import type { ProjectLine } from './projects/line.js';
import type { JobPage, JobQuery } from './search/query.js';

/** What a job is asked to be. */
export interface SubmissionRequest {
  readonly ecosystem: Ecosystem;
  /** The submitter's name; null when the service is open. */
  readonly owner: string | null;
  /** What the job asks to reach; absent: the service's own mode. */
  readonly egress?: EgressMode | undefined;
  /** Whether it asks which install scripts are needed; absent: as the service has it. */
  readonly checkNeeded?: boolean | undefined;
  /** Scripts of the project that it asks to run. */
  readonly run?: readonly string[] | undefined;
  readonly passes?: Passes | undefined;
  /** Which project and line it is a run of; absent: nothing tells. */
  readonly project?: ProjectLine | undefined;
  readonly body: Readable;
  /** The submitter's word that requests with the same key are one: a retry after a lost answer makes no second job. */
  readonly idempotencyKey?: string | undefined;
  /** The CI job behind it; null when none is known. */
  readonly context: JobContext | null;
}

/** A job asked for a wider way out than this service gives. */
export class EgressNotPermittedError extends Error {
  override readonly name = 'EgressNotPermittedError';
  readonly code = 'egress-not-permitted';

  constructor(asked: EgressMode, max: EgressMode) {
    super(`egress=${asked} is not permitted here: a job may ask for ${max} or less`);
  }
}

/** An idempotency key came again with something else. */
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
  /** Removes what other rooms keep of a job, with the job. */
  readonly forget?: (id: string) => Promise<void>;
}

/** The way in and out of the house for jobs; what `src/api/` talks to. */
export class Submissions {
  readonly #deps: SubmissionDependencies;

  constructor(deps: SubmissionDependencies) {
    this.#deps = deps;
  }

  /**
   * Takes a tarball in. Resolves only when blob and job are both durable; leaves nothing behind when it rejects.
   * @throws EgressNotPermittedError and QueueFullError before anything is read, ArchiveError for the body's faults, QueueUnavailableError when
   * Redis does not answer, KeyReusedError
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

  /** Undefined when there is no such job, or no longer. @throws QueueUnavailableError */
  find(id: string): Promise<JobView | undefined> {
    return this.#deps.queue.find(id);
  }

  /** A page of jobs, newest first. @throws QueueUnavailableError */
  search(query: JobQuery): Promise<JobPage> {
    return this.#deps.queue.search(query);
  }

  /** Jobs as a list shows them, in this order, without those that are gone. @throws QueueUnavailableError */
  summaries(ids: readonly string[]): Promise<readonly JobSummary[]> {
    return this.#deps.queue.summaries(ids);
  }

  /** Where a waiting job stands; null for one that does not wait for its turn. @throws QueueUnavailableError */
  outlook(id: string): Promise<QueueOutlook | null> {
    return this.#deps.queue.outlook(id);
  }

  /** Calls `listener` whenever something may have changed about a job, until the returned function is called. */
  onChange(id: string, listener: () => void): () => void {
    return this.#deps.queue.onChange(id, listener);
  }

  /** Removes a job with its tarball, its report and what was found around it; false when it runs just now and is being cancelled instead. */
  async remove(id: string): Promise<boolean> {
    const removed = await this.#deps.queue.remove(id);
    if (!removed) return false;
    await this.#deps.blobs.remove(id);
    await this.#deps.forget?.(id);
    return true;
  }
}

/** Keys of different submitters never meet. */
function onceKey({ owner, idempotencyKey }: SubmissionRequest): string | undefined {
  if (idempotencyKey === undefined) return undefined;
  return createHash('sha256')
    .update(JSON.stringify([owner, idempotencyKey]))
    .digest('hex');
}

function isSame(a: JobSpec, b: JobSpec): boolean {
  const wish = ({ blob, ecosystem, egress, checkNeeded, run, passes, project }: JobSpec): readonly unknown[] => {
    return [blob.sha256, ecosystem, egress, checkNeeded, run, passes, project?.compare];
  };
  return isDeepStrictEqual(wish(a), wish(b));
}
