import { createHash } from 'node:crypto';
import { CORRELATION, type CorrelationConfig } from './correlate/config.js';
import { correlate } from './correlate/correlate.js';
import type { CorrelatedJob } from './correlate/job.js';
import { type GitlabSection, gitlabSectionSchema, offSection, shown } from './correlate/section.js';
import { type FeedState, incompleteReasons, type StatusReason, statusOf } from './correlate/status.js';
import { closingTime } from './correlate/windows.js';
import type { Feeds } from './feed/feeds.js';
import { SILENCE } from './feed/silence.js';
import type { Destination, KnownDestinations } from './receive/destinations.js';
import type { AlertStore, StoredAlert } from './store/alerts.js';
import type { EventStore } from './store/event-store.js';
import { guarded } from './store/redis-call.js';
import type { CorrelationResults } from './store/results.js';

export interface CorrelatorOptions {
  readonly destinations: KnownDestinations;
  readonly events: EventStore;
  readonly alerts: AlertStore;
  readonly results: CorrelationResults;
  readonly feeds: Feeds;
  /** Number of events that still have to be evaluated. */
  readonly backlog: () => number;
  readonly now: () => number;
  readonly config?: CorrelationConfig;
}

const resultSchema = gitlabSectionSchema.omit({ version: true });
type Result = Omit<GitlabSection, 'version'>;

/**
 * Correlates jobs with audit events when a report is read: so late events are included, open jobs need not be tracked, and the stored
 * report stays as the worker wrote it. The result is stored next to it, so an unchanged result only costs the lookup of its events' ids,
 * and outlives the events.
 */
export class Correlator {
  readonly #options: CorrelatorOptions;
  readonly #config: CorrelationConfig;

  constructor(options: CorrelatorOptions) {
    this.#options = options;
    this.#config = options.config ?? CORRELATION;
  }

  /** `id` is the job's. @throws GitlabError `audit-store-unavailable` */
  async sectionOf(id: string, job: CorrelatedJob): Promise<GitlabSection> {
    const destinations = this.#options.destinations.all.filter(({ instance }) => instance === job.context.instance);
    if (destinations.length === 0) {
      const message = `no destination of ${job.context.instance} is configured`;
      return offSection({ code: 'no-feed', message }, job.context);
    }
    return guarded(() => this.#joined(id, job, destinations));
  }

  /** Removes the stored result of a job that is removed. @throws GitlabError `audit-store-unavailable` */
  forget(id: string): Promise<void> {
    return guarded(() => this.#options.results.remove(id));
  }

  async #joined(id: string, job: CorrelatedJob, destinations: readonly Destination[]): Promise<GitlabSection> {
    const { events, results, now, backlog } = this.#options;
    const { refs, isCut } = await events.find(job, this.#config);
    const feeds = await this.#feedStates(destinations);
    const reasons = incompleteReasons(job, feeds, isCut, now(), this.#config, SILENCE);
    const status = statusOf(job, reasons, backlog(), now(), this.#config);
    const foreign = await this.#foreignAlerts(job);
    const basis = digest([refs, status, reasons, job, foreign]);
    const known = await results.find(id, basis);
    if (known !== undefined) return { ...resultSchema.parse(known.result), version: known.version };
    const result = await this.#result(job, refs, foreign, status, reasons);
    return { ...result, version: await results.put(id, basis, result) };
  }

  async #result(
    job: CorrelatedJob,
    refs: readonly string[],
    foreign: readonly StoredAlert[],
    status: GitlabSection['status'],
    reasons: readonly StatusReason[],
  ): Promise<Result> {
    const loaded = await this.#options.events.load(refs);
    const missing = refs.length - loaded.length;
    const message = `${missing} events are no longer kept`;
    const gone: readonly StatusReason[] = missing > 0 ? [{ code: 'events-missing', message }] : [];
    const correlation = correlate(job, loaded, this.#config);
    const alerts = await this.#options.events.alertsOf(correlation.events.map(({ ref }) => ref));
    return {
      status: missing > 0 ? 'incomplete' : status,
      reasons: [...reasons, ...gone],
      context: job.context,
      closesAt: new Date(closingTime(job, this.#config)).toISOString(),
      ...shown(correlation),
      alerts: [...alerts, ...foreign],
    };
  }

  /** Alerts of a Falco with a GitLab plugin, which don't refer to a stored event. */
  #foreignAlerts({ context, start, end }: CorrelatedJob): Promise<readonly StoredAlert[]> {
    const from = start - this.#config.leadMs - this.#config.beforeMs;
    return this.#options.alerts.foreignOf(context.instance, context.projectId, from, end + this.#config.afterMs);
  }

  #feedStates(destinations: readonly Destination[]): Promise<readonly FeedState[]> {
    const { feeds } = this.#options;
    return Promise.all(
      destinations.map(async ({ id }) => ({
        destination: id,
        history: await feeds.history(id),
        silences: await feeds.silences(id),
      })),
    );
  }
}

function digest(basis: unknown): string {
  return createHash('sha256').update(JSON.stringify(basis)).digest('hex');
}
