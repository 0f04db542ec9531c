import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { MetricsSource } from '../api/metrics.js';
import type { HubCounters } from '../falco/hub.js';
import type { ReceiverCounters } from '../gitlab/receive/receiver.js';
import type { StoredAlert } from '../gitlab/store/alerts.js';
import type { Settled } from '../gitlab/store/settle.js';
import type { Report } from '../report/report.js';
import type { GitlabFigures } from './gitlab-part.js';

/** Where the figures that are read at each scrape come from; null where this process has no such part. */
export interface MetricsInputs {
  readonly hub: (() => HubCounters) | null;
  /** Jobs per BullMQ state; empty while Redis is away. */
  readonly queueCounts: () => Promise<Readonly<Record<string, number>>>;
  /** Null where no audit events are received. */
  readonly gitlab: GitlabFigures | null;
  /** Whether the last reload of the rule files was taken; null when no sensor of ours runs. */
  readonly rulesInForce: (() => boolean | null) | null;
}

const RECEIVER_HELP: Record<keyof ReceiverCounters, string> = {
  accepted: 'Audit events stored',
  rejected: 'Bodies and elements that were no audit events',
  unauthenticated: 'Requests with a token of no destination',
  tooLarge: 'Bodies over the limit',
  unstored: 'Audit events refused because they could not be stored',
};

const HUB_HELP: Record<keyof HubCounters, string> = {
  received: 'Alerts that came from the source',
  matched: 'Alerts of a sandbox that is watched',
  unmatched: 'Alerts of no watched sandbox',
  malformed: 'Alerts that could not be read',
  drops: 'Events that the sensor says it lost',
  reconnects: 'Times the alert source connected again',
};

/** The service's metrics in a registry of their own. */
export class Metrics implements MetricsSource {
  readonly #registry = new Registry();
  readonly #verdicts: Counter<'verdict'>;
  #auditEvents: Counter<'outcome'> | undefined;
  #auditAlerts: Counter<'rule' | 'priority'> | undefined;
  #lateness: Histogram | undefined;

  constructor(inputs: MetricsInputs) {
    const registers = [this.#registry];
    this.#verdicts = new Counter({
      name: 'packwarden_jobs_finished_total',
      help: 'Jobs that reached their report, by verdict',
      labelNames: ['verdict'],
      registers,
    });
    const jobs = new Gauge({
      name: 'packwarden_jobs',
      help: 'Jobs in the queue, by state',
      labelNames: ['state'],
      registers,
      collect: async () => {
        for (const [state, count] of Object.entries(await inputs.queueCounts())) jobs.set({ state }, count);
      },
    });
    if (inputs.gitlab !== null) this.#addGitlab(inputs.gitlab);
    if (inputs.hub !== null) this.#addHub(inputs.hub);
    if (inputs.rulesInForce !== null) this.#addRules(inputs.rulesInForce);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  render(): Promise<string> {
    return this.#registry.metrics();
  }

  jobFinished(report: Report): void {
    this.#verdicts.inc({ verdict: report.verdict });
  }

  /** An audit event was settled; `alerts` are those it made. */
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
      help: 'Audit events that were judged, by outcome: new or duplicate',
      labelNames: ['outcome'],
      registers,
    });
    this.#auditAlerts = new Counter({
      name: `${prefix}_alerts_total`,
      help: 'Alerts of the source gitlab, by rule and priority',
      labelNames: ['rule', 'priority'],
      registers,
    });
    this.#lateness = new Histogram({
      name: `${prefix}_event_lateness_seconds`,
      help: 'From created_at to the arrival',
      buckets: [1, 5, 15, 60, 300, 900, 3_600, 21_600, 86_400],
      registers,
    });
    for (const [name, help] of Object.entries(RECEIVER_HELP) as [keyof ReceiverCounters, string][]) {
      this.#addGauge(
        `${prefix}_receiver_${snakeCase(name)}`,
        `${help}, since the start`,
        () => figures.receiver()[name],
      );
    }
    this.#addGauge(`${prefix}_backlog`, 'Audit events that wait to be judged', figures.backlog);
    this.#addGauge(`${prefix}_silent_destinations`, 'Destinations that usually talk and have stopped', figures.silent);
  }

  #addGauge(name: string, help: string, read: () => number): void {
    const gauge: Gauge = new Gauge({ name, help, registers: [this.#registry], collect: () => gauge.set(read()) });
  }

  #addHub(read: () => HubCounters): void {
    for (const [name, help] of Object.entries(HUB_HELP) as [keyof HubCounters, string][]) {
      const gauge: Gauge = new Gauge({
        name: `packwarden_alerts_${name}`,
        help: `${help}, since the start`,
        registers: [this.#registry],
        collect: () => gauge.set(read()[name]),
      });
    }
  }

  #addRules(read: () => boolean | null): void {
    const gauge: Gauge = new Gauge({
      name: 'packwarden_rules_reload_ok',
      help: '1 when the rule files on disk are the ones in force, 0 when the last reload was refused',
      registers: [this.#registry],
      collect: () => {
        const ok = read();
        if (ok !== null) gauge.set(ok ? 1 : 0);
      },
    });
  }
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
