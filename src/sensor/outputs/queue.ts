import { FairQueue } from '../fair-queue.js';
import type { AlertMessage } from './message.js';

/** The key of alerts that do not belong to a container, i.e. of lost events. */
const NO_CONTAINER = '';

/**
 * As in Falco, there is one queue for all subscribers, and each alert is delivered to only one of them. Falco's queue is unbounded and
 * FIFO; this one holds `capacity` alerts (about 3 KB each), round-robin across containers. Beyond that the container with the most queued
 * alerts loses its newest ones, which its reader notices as a gap in the alert numbers.
 */
export class AlertQueue {
  readonly #alerts: FairQueue<AlertMessage>;

  constructor(capacity: number) {
    this.#alerts = new FairQueue({ capacity, weigh: () => 1 });
  }

  get size(): number {
    return this.#alerts.size;
  }

  push(alert: AlertMessage, containerId: string = NO_CONTAINER): void {
    this.#alerts.push(containerId, alert);
  }

  pop(): AlertMessage | undefined {
    return this.#alerts.pop();
  }
}
