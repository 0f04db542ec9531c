import type { Logger } from 'pino';
import { type Alert, shortContainerId } from './alert.js';
import { DropMeter, lossOf } from './drop-meter.js';
import type { AlertListener, AlertSource, SourceStatus } from './source.js';

/** Receives the alerts of one watched container. Calls are synchronous, and in the order of events. */
export interface AlertSink {
  alert(alert: Alert): void;
  /** The alert source disconnected: alerts may be missing from here on. */
  interrupted(reason: string): void;
  /** The sensor reported the loss of `count` events that were this container's, or may have been. */
  dropped(count: number): void;
  /** `count` alerts of this container were sent by the sensor but did not arrive. */
  missing(count: number): void;
}

/** An active watch; `close` is idempotent, and the sink receives nothing after it. */
export interface Watch {
  close(): void;
}

/** Totals since the start. */
export interface HubCounters {
  readonly received: number;
  readonly matched: number;
  /** Alerts that belong to no watched container: of the host, of other containers, or too late. */
  readonly unmatched: number;
  readonly malformed: number;
  /** Events that Falco reported as lost. */
  readonly drops: number;
  readonly reconnects: number;
  /** Numbered alerts that did not arrive. */
  readonly missing: number;
}

interface Watcher {
  readonly id: string;
  readonly name: string | undefined;
  readonly sink: AlertSink;
  /** The number of its latest alert; undefined before the first. */
  last: number | undefined;
}

/**
 * Passes each alert of the source to the job whose container it came from. Nothing is buffered: alerts of other containers are counted and
 * discarded, so memory usage is independent of what else runs on the host.
 */
export class AlertHub implements AlertListener {
  readonly #source: AlertSource;
  readonly #logger: Logger;
  readonly #byId = new Map<string, Watcher>();
  readonly #byName = new Map<string, Watcher>();
  readonly #bySource = new Map<string, (alert: Alert) => void>();
  readonly #meter = new DropMeter();
  readonly #counters = { received: 0, matched: 0, unmatched: 0, malformed: 0, drops: 0, reconnects: 0, missing: 0 };
  #connections = 0;

  constructor(source: AlertSource, logger: Logger) {
    this.#source = source;
    this.#logger = logger;
  }

  /** Starts the source with this hub as its only listener. */
  start(): void {
    this.#source.start(this);
  }

  /** Stops the source; the remaining watches are notified as interrupted. */
  async stop(): Promise<void> {
    await this.#source.stop();
  }

  status(): SourceStatus {
    return this.#source.status();
  }

  /**
   * Watches one container; must be called before any code of a project runs in it, since earlier alerts are discarded. `containerId` is
   * Docker's 64 hex digits or the first 12. `containerName` is only used for alerts without `container.id`, for Falcos whose rules don't
   * print it.
   */
  watch(containerId: string, sink: AlertSink, containerName?: string): Watch {
    const watcher: Watcher = { id: shortContainerId(containerId), name: containerName, sink, last: undefined };
    this.#byId.set(watcher.id, watcher);
    if (containerName !== undefined) this.#byName.set(containerName, watcher);
    return {
      close: () => {
        if (this.#byId.get(watcher.id) === watcher) this.#byId.delete(watcher.id);
        if (containerName !== undefined && this.#byName.get(containerName) === watcher) {
          this.#byName.delete(containerName);
        }
      },
    };
  }

  /** Passes the alerts of a source other than system calls, which belong to no container, to `take`. It must not throw. */
  route(source: string, take: (alert: Alert) => void): void {
    this.#bySource.set(source, take);
  }

  counters(): HubCounters {
    return { ...this.#counters };
  }

  alert(alert: Alert): void {
    this.#counters.received += 1;
    if (alert.source === 'internal') {
      this.#internal(alert);
      return;
    }
    const take = this.#bySource.get(alert.source);
    if (take !== undefined) {
      this.#counters.matched += 1;
      take(alert);
      return;
    }
    const watcher = this.#watcherOf(alert);
    if (watcher === undefined) {
      this.#counters.unmatched += 1;
      return;
    }
    this.#counters.matched += 1;
    if (alert.number !== undefined) this.#checkNumber(watcher, alert.number);
    this.#notify(watcher, (sink) => sink.alert(alert));
  }

  malformed(reason: string): void {
    this.#counters.malformed += 1;
    this.#logger.warn({ reason }, 'unreadable alert');
    // It is unknown whose alert it was, so no job may get the verdict clean.
    this.#notifyAll((sink) => sink.dropped(1));
  }

  connected(): void {
    this.#connections += 1;
    this.#counters.reconnects = this.#connections - 1;
    // A restarted Falco counts from zero again.
    this.#meter.reset();
  }

  disconnected(reason: string): void {
    this.#notifyAll((sink) => sink.interrupted(reason));
  }

  #internal(alert: Alert): void {
    const loss = this.#meter.read(alert);
    if (loss.all === 0) return;
    this.#counters.drops += loss.all;
    this.#logger.warn({ rule: alert.rule, drops: loss.all, watches: this.#byId.size }, 'sensor dropped events');
    for (const watcher of [...this.#byId.values()]) {
      const count = lossOf(loss, watcher.id);
      if (count > 0) this.#notify(watcher, (sink) => sink.dropped(count));
    }
  }

  /** If the number is not the next one, alerts were lost or delivered to another client. */
  #checkNumber(watcher: Watcher, number: number): void {
    const before = watcher.last ?? number - 1;
    const missing = number === before + 1 ? 0 : Math.max(1, number - before - 1);
    watcher.last = number;
    if (missing === 0) return;
    this.#counters.missing += missing;
    this.#logger.warn({ containerId: watcher.id, missing }, 'alerts did not arrive');
    this.#notify(watcher, (sink) => sink.missing(missing));
  }

  #watcherOf(alert: Alert): Watcher | undefined {
    const id = alert.fields['container.id'];
    if (id !== undefined && id !== '') return this.#byId.get(shortContainerId(id));
    const name = alert.fields['container.name'];
    return name === undefined ? undefined : this.#byName.get(name);
  }

  #notifyAll(call: (sink: AlertSink) => void): void {
    for (const watcher of [...this.#byId.values()]) this.#notify(watcher, call);
  }

  /** An exception in one job must affect neither the stream nor the other jobs. */
  #notify(watcher: Watcher, call: (sink: AlertSink) => void): void {
    try {
      call(watcher.sink);
    } catch (error) {
      this.#logger.error({ err: error, containerId: watcher.id }, 'alert sink failed');
    }
  }
}
