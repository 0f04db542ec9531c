import { NUMBER_FIELD } from '../falco/alert.js';
import { fieldTexts, type Match, type RuleEngine } from '../rules/index.js';
import { ContainerRegistry } from './container/registry.js';
import { eventType, SensorEvent } from './event/event.js';
import { trackLinks } from './event/link-changes.js';
import type { RecordListener } from './fair-records.js';
import { syscallCatalog } from './fields/catalog.js';
import { DropReporter } from './outputs/drops.js';
import { type AlertContent, alertMessage, matchContent } from './outputs/message.js';
import type { AlertQueue } from './outputs/queue.js';
import type { ProcessRecord } from './probe/record.js';
import type { ProbeStats } from './probe/stats.js';
import { procReader } from './process/proc-reader.js';

/** The machine on which the sensor runs. */
export interface WatchedHost {
  /** Docker's data folder. */
  readonly dockerRoot: string;
  /** As it appears in alerts. */
  readonly hostname: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Turns records into alerts: tracks processes, evaluates the rules and queues the alerts. */
export class Watcher implements RecordListener {
  readonly #drops = new DropReporter();
  readonly #containers: ContainerRegistry;
  #events = 0;
  /** By container: links created since the last report that could not be remembered, so paths through them can't be resolved. */
  readonly #forgotten = new Map<string, number>();

  constructor(
    /** Read again for each event, because a reload may replace the engine between two events. */
    private readonly rules: { readonly engine: RuleEngine<SensorEvent> },
    private readonly queue: AlertQueue,
    private readonly host: WatchedHost,
  ) {
    this.#containers = new ContainerRegistry(host.dockerRoot, procReader());
  }

  record(record: ProcessRecord): void {
    const container = this.#containers.get(record.containerId);
    const process = container.processes.follow(record);
    const type = eventType(record);
    if (type === undefined) return;
    this.#events += 1;
    // While the container is being set up, its first process still has the host's root. It gets the container's root before it executes the
    // container's program.
    if (record.id('vpid') === 1 && type === 'execve' && record.ret === 0) container.firstPid = record.id('pid');
    const event = new SensorEvent(this.#events, type, record, process, container);
    const resolved = event.asResolvedByKernel();
    for (const match of this.#matches(event, resolved)) {
      container.alerts += 1;
      this.#alert(
        matchContent(match, { ...fieldTexts(match, syscallCatalog), [NUMBER_FIELD]: String(container.alerts) }),
        container.id,
      );
    }
    if (resolved !== undefined && !trackLinks(resolved)) {
      this.#forgotten.set(container.fullId, (this.#forgotten.get(container.fullId) ?? 0) + 1);
    }
  }

  /**
   * Evaluates the rules on the paths as the caller wrote them and as the kernel resolved them. Each rule matches at most once; the resolved
   * match wins.
   */
  #matches(event: SensorEvent, resolved: SensorEvent | undefined): readonly Match[] {
    const { engine } = this.rules;
    const written = engine.evaluate(event);
    if (resolved?.differs !== true) return written;
    const matches = engine.evaluate(resolved);
    const matchedRules = new Set(matches.map(({ rule }) => rule));
    return [...matches, ...written.filter(({ rule }) => !matchedRules.has(rule))];
  }

  /** The dropped records might have raised alerts. Skipping an alert number makes the reader notice that something is missing. */
  lost(containerId: string): void {
    this.#containers.get(containerId).alerts += 1;
  }

  stats(stats: ProbeStats): void {
    const nowNs = BigInt(this.host.now()) * 1_000_000n;
    const drop = this.#drops.report(stats, this.#forgotten, nowNs);
    this.#forgotten.clear();
    if (drop !== undefined) this.queue.push(alertMessage(drop, this.host.hostname));
  }

  #alert(content: AlertContent, containerId: string): void {
    this.queue.push(alertMessage(content, this.host.hostname), containerId);
  }
}
