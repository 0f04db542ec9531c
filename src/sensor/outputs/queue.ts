import { FairQueue } from '../fair-queue.js';
import type { AlertMessage } from './message.js';

/** Of what is about no container: that events were lost. */
const OF_NONE = '';

/**
 * Falco's one queue for all who listen: whoever takes an alert has it, nobody else gets it. Falco's is unbounded and in one order; this one
 * holds `capacity` alerts (about 3 KB each), containers in turn. Beyond that whoever has most waiting loses its newest: the numbers of its alerts then
 * have a gap, which its reader sees.
 */
export class AlertQueue {
  readonly #alerts: FairQueue<AlertMessage>;

  constructor(capacity: number) {
    this.#alerts = new FairQueue({ capacity, weigh: () => 1 });
  }

  get size(): number {
    return this.#alerts.size;
  }

  push(alert: AlertMessage, containerId: string = OF_NONE): void {
    this.#alerts.push(containerId, alert);
  }

  pop(): AlertMessage | undefined {
    return this.#alerts.pop();
  }
}
