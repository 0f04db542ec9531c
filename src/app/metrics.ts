import { Counter, Gauge, Registry } from 'prom-client';
import type { MetricsSource } from '../api/metrics.js';
import type { HubCounters } from '../falco/hub.js';
import type { Report } from '../report/report.js';

/** Where the figures that are read at each scrape come from; null where this process has no such part. */
export interface MetricsInputs {
  readonly hub: (() => HubCounters) | null;
  /** Jobs per BullMQ state; empty while Redis is away. */
  readonly queueCounts: () => Promise<Readonly<Record<string, number>>>;
  /** Whether the last reload of the rule files was taken; null when no sensor of ours runs. */
  readonly rulesInForce: (() => boolean | null) | null;
}

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
    if (inputs.hub !== null) this.#addHub(inputs.hub);
    if (inputs.rulesInForce !== null) this.#addRules(inputs.rulesInForce);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  render(): Promise<string> {
    return this.#registry.metrics();
  }

  jobFinished(verdict: Report['verdict']): void {
    this.#verdicts.inc({ verdict });
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
