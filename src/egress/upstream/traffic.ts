import type { Socket } from 'node:net';
import type { LedgerEntry } from '../ledger.js';

/** Limits for upstream connections. Times in milliseconds, bytes in both directions. */
export interface TrafficCaps {
  /** For all connections of one gateway. */
  readonly bytes: number;
  readonly connectionBytes: number;
  /** Maximum duration of a connection, even if it is busy. */
  readonly connectionMs: number;
  /** A connection that moves fewer than `idleBytes` in this time is stuck, or kept open artificially. */
  readonly idleMs: number;
  readonly idleBytes: number;
}

interface Flow {
  readonly socket: Socket;
  readonly entry: LedgerEntry;
  readonly opened: number;
  sent: number;
  received: number;
  /** Start of the current interval of `idleMs`, and the byte count at that time. */
  since: number;
  bytesThen: number;
}

/** Counts the traffic on a gateway's upstream connections, and closes those that exceed their limits. */
export class Traffic {
  readonly #flows = new Set<Flow>();
  readonly #caps: TrafficCaps;
  readonly #now: () => number;
  #total = 0;

  constructor(caps: TrafficCaps, now: () => number) {
    this.#caps = caps;
    this.#now = now;
  }

  /** Counts the traffic of `socket` for `entry` until it closes. */
  follow(socket: Socket, entry: LedgerEntry): void {
    const now = this.#now();
    const flow: Flow = { socket, entry, opened: now, sent: 0, received: 0, since: now, bytesThen: 0 };
    this.#flows.add(flow);
    socket.once('close', () => {
      this.#settle(flow);
      this.#flows.delete(flow);
    });
  }

  /** Updates the records. Closes connections over their own limits, and all of them once the total allowance is used up. */
  settle(): void {
    for (const flow of this.#flows) {
      this.#settle(flow);
      if (this.#isOver(flow)) flow.socket.destroy();
    }
    if (this.exhausted) this.destroy();
  }

  get exhausted(): boolean {
    return this.#total >= this.#caps.bytes;
  }

  destroy(): void {
    for (const { socket } of this.#flows) socket.destroy();
  }

  #isOver(flow: Flow): boolean {
    const { connectionBytes, connectionMs, idleMs, idleBytes } = this.#caps;
    const now = this.#now();
    const bytes = flow.sent + flow.received;
    if (bytes > connectionBytes || now - flow.opened > connectionMs) return true;
    if (now - flow.since < idleMs) return false;
    const moved = bytes - flow.bytesThen;
    flow.since = now;
    flow.bytesThen = bytes;
    return moved < idleBytes;
  }

  #settle(flow: Flow): void {
    const { bytesWritten, bytesRead } = flow.socket;
    this.#total += bytesWritten - flow.sent + (bytesRead - flow.received);
    flow.entry.bytesSent += bytesWritten - flow.sent;
    flow.entry.bytesReceived += bytesRead - flow.received;
    flow.sent = bytesWritten;
    flow.received = bytesRead;
  }
}
