import type { Socket } from 'node:net';
import type { LedgerEntry } from './ledger.js';

interface Flow {
  readonly socket: Socket;
  readonly entry: LedgerEntry;
  sent: number;
  received: number;
}

/** Counts what goes over the outer connections of one gateway, and ends them all when the job's allowance is used up. */
export class Traffic {
  readonly #flows = new Set<Flow>();
  readonly #maxBytes: number;
  #total = 0;

  /** `maxBytes`: both directions, all connections. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Counts `socket` for `entry` until it closes. */
  follow(socket: Socket, entry: LedgerEntry): void {
    const flow = { socket, entry, sent: 0, received: 0 };
    this.#flows.add(flow);
    socket.once('close', () => {
      this.#settle(flow);
      this.#flows.delete(flow);
    });
  }

  /** Brings the records up to date; destroys every connection once the allowance is used up. */
  settle(): void {
    for (const flow of this.#flows) this.#settle(flow);
    if (this.exhausted) this.destroy();
  }

  get exhausted(): boolean {
    return this.#total >= this.#maxBytes;
  }

  destroy(): void {
    for (const { socket } of this.#flows) socket.destroy();
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
