import { connect, type Socket } from 'node:net';

/** A client that sends the given bytes one by one. */
export class RawClient {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  #received = '';
  #notify: () => void = () => undefined;

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1');
    this.socket.on('data', (chunk) => {
      this.#received += chunk.toString('latin1');
      this.#notify();
    });
    this.closed = new Promise((resolve) => this.socket.once('close', () => resolve()));
    // A reset is an end like others; tests look at what was received before it.
    this.socket.on('error', () => undefined);
  }

  send(data: string | Buffer): void {
    this.socket.write(data);
  }

  /** Resolves with everything received once it holds `text`. */
  async until(text: string): Promise<string> {
    const deadline = AbortSignal.timeout(10_000);
    while (!this.#received.includes(text)) {
      await new Promise<void>((resolve, reject) => {
        this.#notify = resolve;
        deadline.onabort = () => reject(new Error(`no ${JSON.stringify(text)} in ${JSON.stringify(this.#received)}`));
      });
    }
    return this.#received;
  }
}

/** The head of an upload, without its body. */
export function uploadHead(headers: Readonly<Record<string, string>>): string {
  const all = { Host: 'localhost', 'Content-Type': 'application/octet-stream', ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST /monitor/project/npm HTTP/1.1\r\n${lines.join('')}\r\n`;
}
