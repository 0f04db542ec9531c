import { EventEmitter } from 'node:events';
import type { JobSpec, JobSummary, JobView } from '../../src/jobs/job.js';
import type { JobQueue, QueueOutlook } from '../../src/jobs/ports.js';
import { isBehind, type JobPage, type JobQuery, matches } from '../../src/jobs/search/query.js';
import { QueueFullError, QueueUnavailableError } from '../../src/queue/errors.js';
import type { Report } from '../../src/report/report.js';

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
  readonly outlooks = new Map<string, QueueOutlook>();
  /** As if a search had looked through as many jobs as it may, and found nothing. */
  stops = false;
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

  async search({ owner, filter, after, limit }: JobQuery): Promise<JobPage> {
    this.#guard();
    if (this.stops) return { jobs: [], next: [...this.views.values()][0] ?? null, end: 'stopped' };
    const found = [...this.views.values()]
      .filter((view) => owner === undefined || view.owner === owner)
      .filter(({ report }) => filter.package === undefined || hasPackage(report, filter.package))
      .filter((view) => after === undefined || isBehind(view, after))
      .sort((a, b) => (isBehind(a, b) ? 1 : -1))
      .map((view) => this.#summaryOf(view))
      .filter((job) => matches(job, filter));
    const last = found[limit - 1];
    if (found.length <= limit || last === undefined) return { jobs: found, next: null, end: 'end' };
    return { jobs: found.slice(0, limit), next: last, end: 'full' };
  }

  async summaries(ids: readonly string[]): Promise<readonly JobSummary[]> {
    this.#guard();
    return ids.flatMap((id) => {
      const view = this.views.get(id);
      return view === undefined ? [] : [this.#summaryOf(view)];
    });
  }

  #summaryOf({ report, ...job }: JobView): JobSummary {
    const { id, name } = report?.whatChanged?.project ?? {};
    return {
      ...job,
      verdict: report?.verdict ?? null,
      findings: report?.findings.length ?? null,
      project: id === undefined || name === undefined ? null : { id, name },
      ref: job.context?.ref ?? null,
      durationMs: report === null ? null : Date.parse(report.finishedAt) - job.submittedAt,
    };
  }

  async outlook(id: string): Promise<QueueOutlook | null> {
    this.#guard();
    return this.outlooks.get(id) ?? null;
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

function hasPackage(report: Report | null, wanted: string): boolean {
  return report?.installed?.some(({ name }) => name === wanted) ?? false;
}
