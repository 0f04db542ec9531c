import { EventEmitter } from 'node:events';
import type { JobSpec, JobSummary, JobView } from '../../src/jobs/job.js';
import type { JobQueue, RecentQuery } from '../../src/jobs/ports.js';
import { QueueFullError, QueueUnavailableError } from '../../src/queue/errors.js';

/** The queue of one process, for tests of what stands in front of it. */
export class MemoryQueue implements JobQueue {
  readonly #changes = new EventEmitter().setMaxListeners(0);
  readonly views = new Map<string, JobView>();
  readonly specs: JobSpec[] = [];
  readonly #once = new Map<string, JobSpec>();
  /** As if Redis did not answer. */
  down = false;
  /** As if Redis went away between the tarball and the job. */
  failsToAdd = false;
  /** Whose jobs wait already, as many as may. */
  full: string | null | undefined;
  /** Called when an upload begins. */
  onPing: () => void = () => undefined;

  async add(spec: JobSpec, onceKey?: string): Promise<JobSpec> {
    if (this.failsToAdd) throw new QueueUnavailableError(new Error('connect ECONNREFUSED 10.0.0.9:6379'));
    const earlier = onceKey === undefined ? undefined : this.#once.get(onceKey);
    if (earlier !== undefined) return earlier;
    if (onceKey !== undefined) this.#once.set(onceKey, spec);
    this.specs.push(spec);
    const { id, ecosystem, owner, submittedAt, context } = spec;
    this.views.set(id, { id, ecosystem, owner, submittedAt, context, state: 'queued', report: null });
    return spec;
  }

  async find(id: string): Promise<JobView | undefined> {
    this.#guard();
    return this.views.get(id);
  }

  async recent({ owner, limit }: RecentQuery): Promise<readonly JobSummary[]> {
    this.#guard();
    const own = [...this.views.values()].filter((view) => owner === undefined || view.owner === owner);
    const newest = own.sort((a, b) => b.submittedAt - a.submittedAt).slice(0, limit);
    return newest.map(({ report, ...job }) => ({
      ...job,
      verdict: report?.verdict ?? null,
      findings: report?.findings.length ?? null,
    }));
  }

  onChange(id: string, listener: () => void): () => void {
    this.#changes.on(id, listener);
    return () => this.#changes.off(id, listener);
  }

  /** How many listen to changes just now. */
  get listeners(): number {
    return this.#changes.eventNames().length;
  }

  /** Changes a job, as its worker does. */
  change(view: JobView): void {
    this.views.set(view.id, view);
    this.notify(view.id);
  }

  /** Tells those who listen that the job may have changed. */
  notify(id: string): void {
    this.#changes.emit(id);
  }

  async remove(id: string): Promise<boolean> {
    this.#guard();
    if (this.views.get(id)?.state === 'installing') return false;
    this.views.delete(id);
    return true;
  }

  async admit(owner: string | null): Promise<void> {
    this.#guard();
    this.onPing();
    if (owner === this.full) throw new QueueFullError(5);
  }

  async ping(): Promise<void> {
    this.#guard();
  }

  #guard(): void {
    if (this.down) throw new QueueUnavailableError(new Error('connect ECONNREFUSED 10.0.0.9:6379'));
  }
}
