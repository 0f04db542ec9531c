import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { MetricsSource } from '../../api/metrics.js';
import type { CacheCounters } from '../../egress/cache/port.js';
import type { HubCounters } from '../../falco/hub.js';
import type { ReceiverCounters } from '../../gitlab/receive/receiver.js';
import type { StoredAlert } from '../../gitlab/store/alerts.js';
import type { Settled } from '../../gitlab/store/settle.js';
import type { Phase } from '../../report/phase.js';
import { type Report, reportSchema } from '../../report/report.js';
import type { GitlabFigures } from '../gitlab/gitlab-part.js';

/** The queue's values for the metrics. */
export interface QueueFigures {
  /** Jobs per BullMQ state. */
  counts(): Promise<Readonly<Record<string, number>>>;
  /** Milliseconds. */
  oldestWaitMs(): Promise<number>;
}

/** The sources of the values that are read at each scrape; null for parts that this process does not run. */
export interface MetricsInputs {
  readonly hub: (() => HubCounters) | null;
  readonly cache: (() => CacheCounters) | null;
  /** Pending notifications, by the output's name; absent when no output is configured. */
  readonly outputs?:
    | (() => Promise<ReadonlyMap<string, { readonly waiting: number; readonly givenUp: number }>>)
    | null;
  /** Waiting and running jobs; its calls reject while Redis is unavailable. */
  readonly queue: QueueFigures | null;
  /** Null when no audit events are received. */
  readonly gitlab: GitlabFigures | null;
  /** The parts of `/readyz`: whether each is ready. */
  readonly parts: () => Promise<Readonly<Record<string, { readonly ready: boolean }>>>;
  /** Whether the last reload of the rule files succeeded; null when the embedded sensor is not running. */
  readonly rulesInForce: (() => boolean | null) | null;
}

const RECEIVER_HELP: Record<keyof ReceiverCounters, string> = {
  accepted: 'Audit events stored',
  rejected: 'Bodies and elements that were not audit events',
  unauthenticated: "Requests without a destination's token",
  tooLarge: 'Bodies above the size limit',
  unstored: 'Audit events refused because they could not be stored',
};
const PHASES = ['fetch', 'install', 'import'] as const satisfies readonly Phase['name'][];
/** Installs take seconds to minutes. */
const PHASE_BUCKETS = [0.5, 1, 2, 5, 10, 20, 40, 80, 160, 320, 640];
const CANARIES = ['opening', 'closing'] as const;
/** Canaries usually take milliseconds; the default deadline is 10 s. */
const CANARY_BUCKETS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

const HUB_HELP: Record<keyof HubCounters, string> = {
  received: 'Alerts received from the source',
  matched: 'Alerts about a watched sandbox',
  unmatched: 'Alerts that belong to no watched sandbox',
  malformed: 'Alerts that could not be parsed',
  drops: 'Events that the sensor reported as lost',
  reconnects: 'Reconnections of the alert source',
  missing: 'Numbered alerts of the sensor that did not arrive',
};

const CACHE_HELP: Record<keyof CacheCounters, string> = {
  hits: 'Requests of sandboxes answered from the registry cache, including revalidated entries',
  hitBytes: 'Bytes of these answers',
  misses: 'Requests that were forwarded to a registry',
  shared: "Requests answered by another request's download",
  stale: 'Requests answered with a possibly outdated entry because the registry did not answer',
  unanswered: 'Requests that neither the registry nor the cache could answer',
  mismatches: "Tarballs that do not match the integrity in the registry's document",
  damaged: 'Cache entries that were damaged or missing when they were read',
};

/** The service's metrics in a registry of their own. */
export class Metrics implements MetricsSource {
  readonly #registry = new Registry();
  readonly #verdicts: Counter<'verdict'>;
  #auditEvents: Counter<'outcome'> | undefined;
  #auditAlerts: Counter<'rule' | 'priority'> | undefined;
  #lateness: Histogram | undefined;
  readonly #phases: Histogram<'phase'>;
  readonly #canaries: Histogram<'which'>;
  readonly #folded: Counter;
  readonly #refused: Counter;

  constructor(inputs: MetricsInputs) {
    const registers = [this.#registry];
    this.#verdicts = new Counter({
      name: 'packwarden_jobs_finished_total',
      help: 'Finished jobs, by verdict',
      labelNames: ['verdict'],
      registers,
    });
    this.#phases = new Histogram({
      name: 'packwarden_phase_seconds',
      help: 'Duration of the phases of finished jobs',
      labelNames: ['phase'],
      buckets: PHASE_BUCKETS,
      registers,
    });
    this.#canaries = new Histogram({
      name: 'packwarden_canary_seconds',
      help: 'How long the canaries of finished jobs took from the sandbox through the sensor to the worker',
      labelNames: ['which'],
      buckets: CANARY_BUCKETS,
      registers,
    });
    this.#folded = new Counter({
      name: 'packwarden_alerts_folded_total',
      help: 'Alerts of finished jobs that were merged with an equal one',
      registers,
    });
    this.#refused = new Counter({
      name: 'packwarden_egress_refused_total',
      help: 'Requests and DNS lookups of finished jobs that the gateway refused',
      registers,
    });
    this.#startAtZero();
    if (inputs.queue !== null) this.#addQueue(inputs.queue);
    if (inputs.gitlab !== null) this.#addGitlab(inputs.gitlab);
    this.#addParts(inputs);
    if (inputs.outputs) this.#addOutputs(inputs.outputs);
    if (inputs.hub !== null) this.#addCounters('packwarden_alerts', HUB_HELP, inputs.hub);
    if (inputs.cache !== null) this.#addCounters('packwarden_registry_cache', CACHE_HELP, inputs.cache);
    if (inputs.rulesInForce !== null) this.#addRules(inputs.rulesInForce);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  render(): Promise<string> {
    return this.#registry.metrics();
  }

  /** Counts a finished job. */
  jobFinished(report: Report): void {
    const { verdict, phases, monitoring, findings, observations, egress } = report;
    this.#verdicts.inc({ verdict });
    for (const { name, durationMs } of phases) this.#phases.observe({ phase: name }, durationMs / 1000);
    const { openingCanaryMs, closingCanaryMs } = monitoring;
    if (openingCanaryMs !== null) this.#canaries.observe({ which: 'opening' }, openingCanaryMs / 1000);
    if (closingCanaryMs !== null) this.#canaries.observe({ which: 'closing' }, closingCanaryMs / 1000);
    for (const { count } of [...findings, ...observations]) this.#folded.inc(count - 1);
    for (const { allowed, count } of egress) if (!allowed) this.#refused.inc(count);
  }

  /** Creates all series with 0: `increase()` does not count the first event of a series that starts with 1. */
  #startAtZero(): void {
    for (const verdict of reportSchema.shape.verdict.options) this.#verdicts.inc({ verdict }, 0);
    for (const phase of PHASES) this.#phases.zero({ phase });
    for (const which of CANARIES) this.#canaries.zero({ which });
  }

  #addOutputs(outputs: NonNullable<MetricsInputs['outputs']>): void {
    const registers = [this.#registry];
    new Gauge({
      name: 'packwarden_outputs',
      help: 'Notifications about jobs that have not been delivered: waiting, or given up after three days',
      labelNames: ['output', 'state'],
      registers,
      async collect() {
        for (const [output, { waiting, givenUp }] of await outputs()) {
          this.set({ output, state: 'waiting' }, waiting);
          this.set({ output, state: 'given-up' }, givenUp);
        }
      },
    });
  }

  #addQueue(queue: QueueFigures): void {
    const registers = [this.#registry];
    const jobs = new Gauge({
      name: 'packwarden_jobs',
      help: 'Jobs in the queue, by state; absent while Redis is unavailable',
      labelNames: ['state'],
      registers,
      collect: async () => {
        const counts = Object.entries(await queue.counts().catch(() => ({})));
        jobs.reset();
        for (const [state, count] of counts) jobs.set({ state }, count);
      },
    });
    const oldest: Gauge = new Gauge({
      name: 'packwarden_queue_oldest_seconds',
      help: 'How long the oldest waiting job has waited; absent while Redis is unavailable',
      registers,
      collect: async () => {
        const ms = await queue.oldestWaitMs().catch(() => null);
        if (ms === null) oldest.remove();
        else oldest.set(ms / 1000);
      },
    });
  }

  #addParts(inputs: MetricsInputs): void {
    const ready = new Gauge({
      name: 'packwarden_part_ready',
      help: '1 when the part is ready, as in /readyz: redis, docker, alerts (the sensor with its canary), rules, gitlabRules, geo',
      labelNames: ['part'],
      registers: [this.#registry],
      collect: async () => {
        for (const [part, state] of Object.entries(await inputs.parts())) ready.set({ part }, state.ready ? 1 : 0);
      },
    });
  }

  /** Counts a processed audit event; `alerts` are those that it caused. */
  auditEvent(settled: Settled, alerts: readonly StoredAlert[], latenessMs: number): void {
    if (settled === 'gone') return;
    this.#auditEvents?.inc({ outcome: settled });
    if (settled === 'new') this.#lateness?.observe(Math.max(0, latenessMs) / 1000);
    for (const { rule, priority } of alerts) this.#auditAlerts?.inc({ rule, priority });
  }

  #addGitlab(figures: GitlabFigures): void {
    const registers = [this.#registry];
    const prefix = 'packwarden_gitlab';
    this.#auditEvents = new Counter({
      name: `${prefix}_events_judged_total`,
      help: 'Audit events that were evaluated, by outcome: new or duplicate',
      labelNames: ['outcome'],
      registers,
    });
    for (const outcome of ['new', 'duplicate']) this.#auditEvents.inc({ outcome }, 0);
    this.#auditAlerts = new Counter({
      name: `${prefix}_alerts_total`,
      help: 'Alerts of the source gitlab, by rule and priority',
      labelNames: ['rule', 'priority'],
      registers,
    });
    this.#lateness = new Histogram({
      name: `${prefix}_event_lateness_seconds`,
      help: 'Time from created_at to the arrival of an audit event',
      buckets: [1, 5, 15, 60, 300, 900, 3_600, 21_600, 86_400],
      registers,
    });
    this.#addCounters(`${prefix}_receiver`, RECEIVER_HELP, () => figures.receiver());
    this.#addGauge(`${prefix}_backlog`, 'Audit events that wait to be evaluated', figures.backlog);
    this.#addGauge(
      `${prefix}_silent_destinations`,
      'Destinations that usually send events and have stopped',
      figures.silent,
    );
  }

  #addGauge(name: string, help: string, read: () => number): void {
    const gauge: Gauge = new Gauge({ name, help, registers: [this.#registry], collect: () => gauge.set(read()) });
  }

  /** A counter whose value another part keeps; `read` must never decrease. */
  #addTotal(name: string, help: string, read: () => number): void {
    const counter: Counter = new Counter({
      name,
      help,
      registers: [this.#registry],
      collect: () => {
        counter.reset();
        counter.inc(read());
      },
    });
  }

  #addCounters<Name extends string>(
    prefix: string,
    helps: Readonly<Record<Name, string>>,
    read: () => Readonly<Record<Name, number>>,
  ): void {
    for (const [name, help] of Object.entries(helps) as [Name, string][]) {
      this.#addTotal(`${prefix}_${snakeCase(name)}_total`, help, () => read()[name]);
    }
  }

  #addRules(read: () => boolean | null): void {
    const gauge: Gauge = new Gauge({
      name: 'packwarden_rules_reload_ok',
      help: '1 when the rule files on disk are in use, 0 when the last reload failed',
      registers: [this.#registry],
      collect: () => {
        const ok = read();
        if (ok === null) gauge.remove();
        else gauge.set(ok ? 1 : 0);
      },
    });
  }
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
