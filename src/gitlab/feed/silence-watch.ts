import type { Logger } from 'pino';
import type { KnownDestinations } from '../receive/destinations.js';
import type { Feeds } from './feeds.js';
import type { OperatorAlerts } from './operator-alerts.js';
import { isSilent, SILENCE, type SilenceConfig } from './silence.js';

export interface SilenceWatchOptions {
  readonly destinations: KnownDestinations;
  readonly feeds: Feeds;
  readonly alerts: OperatorAlerts;
  readonly now: () => number;
  readonly logger: Logger;
  readonly config?: SilenceConfig;
}

/** How often the feeds are checked, in milliseconds. */
const EVERY_MS = 30_000;

/** Detects destinations that are usually active and have become silent; each silence is reported once, whatever the number of API hosts. */
export class SilenceWatch {
  readonly #silent = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: SilenceWatchOptions) {}

  start(): void {
    this.#timer = setInterval(() => void this.#lookSafely(), EVERY_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Ids of the destinations that were silent at the last check. */
  get silent(): ReadonlySet<string> {
    return this.#silent;
  }

  /** Checks every feed once. @throws errors of Redis */
  async look(): Promise<void> {
    const { destinations, feeds, alerts, now, logger, config = SILENCE } = this.options;
    const ids = destinations.all.map(({ id }) => id);
    for (const known of this.#silent) if (!ids.includes(known)) this.#silent.delete(known);
    for (const id of ids) {
      const history = await feeds.history(id);
      if (history === undefined || !isSilent(history, now(), config)) {
        this.#silent.delete(id);
        continue;
      }
      this.#silent.add(id);
      if (!(await feeds.noteSilence(id, history.last))) continue;
      logger.warn({ destination: id, last: history.last }, 'an audit destination that is usually active is silent');
      await alerts.silent(id, history.last);
    }
  }

  async #lookSafely(): Promise<void> {
    try {
      await this.look();
    } catch (error) {
      this.options.logger.warn({ err: error }, 'the audit feeds could not be checked');
    }
  }
}
