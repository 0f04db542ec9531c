import { once } from 'node:events';
import { chmod, lstat, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  status as grpcStatus,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
} from '@grpc/grpc-js';
import { loadSync, type ServiceDefinition } from '@grpc/proto-loader';
import { ENGINE_VERSION } from '../../rules/index.js';
import { SensorError } from '../errors.js';
import type { AlertMessage } from './message.js';
import type { AlertQueue } from './queue.js';

/** The Falco version whose API and alerts this sensor is compatible with; the pre-release part distinguishes it from that Falco. */
const COMPATIBLE_VERSION = {
  version: '0.43.1-packwarden',
  major: 0,
  minor: 43,
  patch: 1,
  prerelease: 'packwarden',
};

// The same relative path from src/sensor/outputs and from dist/sensor/outputs.
const PROTO_DIR = fileURLToPath(new URL('../../../protos', import.meta.url));

const definitions = loadSync(['outputs.proto', 'version.proto'], {
  includeDirs: [PROTO_DIR],
  keepCase: true,
  longs: String,
  enums: String,
});

/** `sun_path` holds 108 bytes, including the NUL. */
const MAX_SOCKET_PATH = 107;
/** How long subscribers may take to read pending messages when the sensor stops. */
const SHUTDOWN_MS = 2_000;

/** The answer to a second subscriber. */
const ALREADY_SUBSCRIBED = {
  code: grpcStatus.FAILED_PRECONDITION,
  details: 'another client is already reading the alerts of this sensor; each alert goes to one reader only',
};

type Sub = ServerDuplexStream<object, AlertMessage>;
type Get = ServerWritableStream<object, AlertMessage>;

/**
 * Falco's outputs and version services on a unix socket, with Falco's behaviour (recorded from Falco 0.40): there is one queue, a request
 * on `sub` drains it once, `get` drains it and ends with OK, a half-close ends nothing, a stop ends `sub` with OK. One difference: while a
 * client is subscribed, every other client is refused, because each alert goes to only one reader and the other one would miss it.
 */
export class OutputsServer {
  readonly #server = new Server();
  readonly #subs = new Set<Sub>();

  constructor(
    private readonly queue: AlertQueue,
    private readonly socket: string,
  ) {
    this.#server.addService(definitions['falco.outputs.service'] as ServiceDefinition, {
      sub: (call: Sub) => this.#sub(call),
      get: (call: Get) => this.#get(call),
    });
    this.#server.addService(definitions['falco.version.service'] as ServiceDefinition, {
      version: (_call: ServerUnaryCall<object, object>, answer: sendUnaryData<object>) =>
        answer(null, versionMessage()),
    });
  }

  /** Starts listening; a leftover socket file is replaced. Only the current user may connect. @throws SensorError `socket` */
  async start(): Promise<void> {
    if (Buffer.byteLength(this.socket) > MAX_SOCKET_PATH) {
      throw new SensorError('socket', `the path of a unix socket has at most ${MAX_SOCKET_PATH} bytes: ${this.socket}`);
    }
    await this.#removeLeftover();
    try {
      await new Promise<void>((resolve, reject) => {
        const done = (error: Error | null) => (error === null ? resolve() : reject(error));
        this.#server.bindAsync(`unix:${this.socket}`, ServerCredentials.createInsecure(), done);
      });
      await chmod(this.socket, 0o600);
    } catch (cause) {
      throw new SensorError('socket', `cannot listen on ${this.socket}`, { cause });
    }
  }

  /** A killed sensor leaves its socket behind. A file of another type is not ours, so it is never removed. */
  async #removeLeftover(): Promise<void> {
    const found = await lstat(this.socket).catch(() => undefined);
    if (found === undefined) return;
    if (!found.isSocket()) throw new SensorError('socket', `${this.socket} exists and is not a socket`);
    await rm(this.socket);
  }

  /** Ends every subscription with OK. */
  async stop(): Promise<void> {
    for (const call of this.#subs) call.end();
    await new Promise<void>((resolve) => {
      const deadline = setTimeout(() => {
        this.#server.forceShutdown();
        resolve();
      }, SHUTDOWN_MS);
      this.#server.tryShutdown(() => {
        clearTimeout(deadline);
        resolve();
      });
    });
    await rm(this.socket, { force: true });
  }

  #get(call: Get): void {
    if (this.#subs.size > 0) call.emit('error', ALREADY_SUBSCRIBED);
    else void this.#drain(call).then(() => call.end());
  }

  #sub(call: Sub): void {
    if (this.#subs.size > 0) {
      call.emit('error', ALREADY_SUBSCRIBED);
      return;
    }
    this.#subs.add(call);
    const unsubscribe = () => this.#subs.delete(call);
    call.on('cancelled', unsubscribe);
    call.on('close', unsubscribe);
    // A client that disconnects in the middle of a message is not an error of the sensor.
    call.on('error', unsubscribe);
    let draining = false;
    call.on('data', () => {
      // A request that arrives while the queue is being drained is covered by that drain.
      if (draining) return;
      draining = true;
      void this.#drain(call).finally(() => {
        draining = false;
      });
    });
  }

  /** Writes until the queue is empty or the client is gone. Alerts leave the queue before they are written, as in Falco. */
  async #drain(call: Sub | Get): Promise<void> {
    while (!call.cancelled && !call.destroyed && !call.writableEnded) {
      const alert = this.queue.pop();
      if (alert === undefined) return;
      if (!call.write(alert)) await writable(call);
    }
  }
}

/** Resolves when the call accepts more messages, or has ended. */
async function writable(call: Sub | Get): Promise<void> {
  const finished = new AbortController();
  const ends = ['drain', 'close', 'cancelled', 'error'].map((event) => once(call, event, { signal: finished.signal }));
  try {
    await Promise.race(ends);
  } catch {
    // After an `error` the caller's loop checks the state of the call.
  } finally {
    finished.abort();
    await Promise.allSettled(ends);
  }
}

function versionMessage(): object {
  const [engine_major, engine_minor, engine_patch] = ENGINE_VERSION.split('.').map(Number);
  return { ...COMPATIBLE_VERSION, engine_major, engine_minor, engine_patch, engine_version: ENGINE_VERSION };
}
