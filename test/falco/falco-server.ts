import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
} from '@grpc/grpc-js';
import { loadSync, type MethodDefinition, type ServiceDefinition } from '@grpc/proto-loader';

/** A `falco.outputs.response` as proto-loader takes it, or raw bytes to send in place of one. */
export type FalcoMessage = object | Buffer;

/** PEM files; Falco requests and verifies the client's certificate. */
export interface ServerTls {
  readonly ca: Buffer;
  readonly cert: Buffer;
  readonly key: Buffer;
}

type Sub = ServerDuplexStream<object, FalcoMessage>;

const definitions = loadSync(['outputs.proto', 'version.proto'], {
  includeDirs: [fileURLToPath(new URL('../../protos', import.meta.url))],
  keepCase: true,
  longs: String,
  enums: String,
});

/**
 * Falco's gRPC services with Falco's queue (measured on 0.40): one queue for all, popped before it is
 * written; a request on `sub` drains it once; `get` drains it and ends. It is here because a real Falco needs a kernel of
 * its own; it replays what a real one sent.
 */
export class FalcoServer {
  readonly #server = new Server();
  readonly #queue: FalcoMessage[] = [];
  readonly #subs = new Set<Sub>();
  /** What `start` was given, or the port that was chosen: `unix:/path` or `localhost:port`. */
  address = '';
  /** Requests on `sub` so far. */
  requests = 0;
  /** Called before each drain: a test can top the queue up without holding it all in memory. */
  refill: () => void = () => undefined;

  constructor(private readonly version = '0.43.1') {}

  /** `address` is `unix:/path` or `localhost:0`. A socket file that was left is reused, as Falco does. */
  async start(address: string, tls?: ServerTls): Promise<this> {
    if (address.startsWith('unix:')) await rm(address.slice('unix:'.length), { force: true });
    this.#server.addService(outputs, {
      sub: (call: Sub) => this.#sub(call),
      get: async (call: ServerWritableStream<object, FalcoMessage>) => {
        await this.#drain(call, new AbortController().signal);
        call.end();
      },
    });
    this.#server.addService(versions, {
      version: (_call: ServerUnaryCall<object, object>, answer: sendUnaryData<object>) => {
        answer(null, { version: this.version, major: 0, minor: 43, patch: 1 });
      },
    });
    const credentials =
      tls === undefined
        ? ServerCredentials.createInsecure()
        : ServerCredentials.createSsl(tls.ca, [{ cert_chain: tls.cert, private_key: tls.key }], true);
    const port = await new Promise<number>((resolve, reject) => {
      this.#server.bindAsync(address, credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
    });
    this.address = address.startsWith('unix:') ? address : `localhost:${port}`;
    return this;
  }

  /** Queues alerts; they leave with the next request of any subscriber. */
  push(...messages: readonly FalcoMessage[]): void {
    for (const message of messages) this.#queue.push(message);
  }

  get queued(): number {
    return this.#queue.length;
  }

  get subscribers(): number {
    return this.#subs.size;
  }

  /** As SIGTERM or SIGHUP: the stream ends with OK. */
  async stop(): Promise<void> {
    for (const sub of this.#subs) sub.end();
    await new Promise<void>((resolve) => this.#server.tryShutdown(() => resolve()));
  }

  /** Cuts every connection, so that a test never waits for a client. */
  kill(): void {
    this.#server.forceShutdown();
  }

  #sub(call: Sub): void {
    this.#subs.add(call);
    const over = new AbortController();
    let turn = Promise.resolve();
    call.on('data', () => {
      this.requests += 1;
      turn = turn.then(() => this.#drain(call, over.signal));
    });
    // Like Falco, no status after a half-close: nothing on 'end'.
    for (const end of ['cancelled', 'error', 'finish']) {
      call.on(end, () => {
        over.abort();
        this.#subs.delete(call);
      });
    }
  }

  /** One message after the other: what the client has not taken yet stays in the queue. */
  async #drain(call: Sub | ServerWritableStream<object, FalcoMessage>, over: AbortSignal): Promise<void> {
    this.refill();
    while (!call.cancelled) {
      const message = this.#queue.shift();
      if (message === undefined) return;
      if (!call.write(message)) await once(call, 'drain', { signal: over }).catch(() => undefined);
    }
  }
}

const outputs = rawCapable('falco.outputs.service');
const versions = rawCapable('falco.version.service');

/** The service, except that a Buffer goes out as it is. */
function rawCapable(name: string): ServiceDefinition {
  const service = definitions[name] as ServiceDefinition;
  const methods = Object.entries(service).map(([method, definition]: [string, MethodDefinition<object, object>]) => [
    method,
    {
      ...definition,
      responseSerialize: (message: FalcoMessage) =>
        Buffer.isBuffer(message) ? message : definition.responseSerialize(message),
    },
  ]);
  return Object.fromEntries(methods) as ServiceDefinition;
}
