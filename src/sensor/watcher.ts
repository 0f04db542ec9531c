import { NUMBER_FIELD } from '../falco/alert.js';
import { fieldTexts, type Match, type RuleEngine } from '../rules/index.js';
import { ContainerRegistry } from './container/registry.js';
import { eventType, SensorEvent } from './event/event.js';
import { noteLinks } from './event/link-changes.js';
import type { RecordListener } from './fair-records.js';
import { syscallCatalog } from './fields/catalog.js';
import { DropReporter } from './outputs/drops.js';
import { type AlertContent, alertMessage, matchContent } from './outputs/message.js';
import type { AlertQueue } from './outputs/queue.js';
import type { ProcessRecord } from './probe/record.js';
import type { ProbeStats } from './probe/stats.js';
import { procReader } from './process/proc-reader.js';

/** The machine that is watched. */
export interface WatchedHost {
  /** Docker's data folder. */
  readonly dockerRoot: string;
  /** As alerts carry it. */
  readonly hostname: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** From records to alerts: follows the processes, asks the rules, fills the queue. */
export class Watcher implements RecordListener {
  readonly #drops = new DropReporter();
  readonly #containers: ContainerRegistry;
  #events = 0;
  /** Links that later calls may lead through, and that nobody will know of. */
  #forgotten = 0;

  constructor(
    /** Asked anew for each event: a reload replaces the engine between two of them. */
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
    // The container's set-up has the host's root until it starts the container's program.
    if (record.id('vpid') === 1 && type === 'execve' && record.ret === 0) container.firstPid = record.id('pid');
    const event = new SensorEvent(this.#events, type, record, process, container);
    const seen = event.asKernelSaw();
    for (const match of this.#matches(event, seen)) {
      container.alerts += 1;
      this.#alert(
        matchContent(match, { ...fieldTexts(match, syscallCatalog), [NUMBER_FIELD]: String(container.alerts) }),
        container.id,
      );
    }
    if (seen !== undefined && !noteLinks(seen)) this.#forgotten += 1;
  }

  /** What holds for the paths as they were written, or as the kernel found them: once for each rule, the kernel's first. */
  #matches(event: SensorEvent, seen: SensorEvent | undefined): readonly Match[] {
    const { engine } = this.rules;
    const written = engine.evaluate(event);
    if (seen?.differs !== true) return written;
    const found = engine.evaluate(seen);
    const named = new Set(found.map(({ rule }) => rule));
    return [...found, ...written.filter(({ rule }) => !named.has(rule))];
  }

  /** Whatever rules would have said of them: the number of the container's next alert tells that something is missing. */
  lost(containerId: string): void {
    this.#containers.get(containerId).alerts += 1;
  }

  stats(stats: ProbeStats): void {
    const nowNs = BigInt(this.host.now()) * 1_000_000n;
    const drop = this.#drops.report(stats, this.#forgotten, nowNs);
    this.#forgotten = 0;
    if (drop !== undefined) this.queue.push(alertMessage(drop, this.host.hostname));
  }

  #alert(content: AlertContent, containerId: string): void {
    this.queue.push(alertMessage(content, this.host.hostname), containerId);
  }
}
