import type { AlertMessage } from './message.js';

/**
 * Falco's one queue for all who listen: whoever takes an alert has it, nobody else gets it. Falco's is unbounded; this
 * one holds `capacity` alerts (about 3 KB each), and beyond that counts what it turns away.
 */
export class AlertQueue {
  #alerts: (AlertMessage | undefined)[] = [];
  #first = 0;
  #lost = 0;

  constructor(private readonly capacity: number) {}

  get size(): number {
    return this.#alerts.length - this.#first;
  }

  /** False when there is no room. */
  push(alert: AlertMessage): boolean {
    if (this.size >= this.capacity) {
      this.#lost += 1;
      return false;
    }
    this.#alerts.push(alert);
    return true;
  }

  /** Takes a message in whether there is room or not: the one that says that others were lost. */
  force(alert: AlertMessage): void {
    this.#alerts.push(alert);
  }

  /** How many alerts were turned away since the last time it was asked. */
  takeLost(): number {
    const lost = this.#lost;
    this.#lost = 0;
    return lost;
  }

  pop(): AlertMessage | undefined {
    const alert = this.#alerts[this.#first];
    if (alert === undefined) return undefined;
    this.#alerts[this.#first++] = undefined;
    if (this.#first === this.#alerts.length) {
      this.#alerts = [];
      this.#first = 0;
    } else if (this.#first > COMPACT_FROM && this.#first * 2 > this.#alerts.length) {
      this.#alerts = this.#alerts.slice(this.#first);
      this.#first = 0;
    }
    return alert;
  }
}

const COMPACT_FROM = 1024;
