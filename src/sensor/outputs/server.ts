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

/** The Falco whose API and alerts this sensor keeps to; the pre-release part says that it is not that Falco. */
const COMPATIBLE_VERSION = {
  version: '0.43.1-packwarden',
  major: 0,
  minor: 43,
  patch: 1,
  prerelease: 'packwarden',
};

// Relative to src/sensor/outputs and to dist/sensor/outputs alike.
const PROTO_DIR = fileURLToPath(new URL('../../../protos', import.meta.url));

const definitions = loadSync(['outputs.proto', 'version.proto'], {
  includeDirs: [PROTO_DIR],
  keepCase: true,
  longs: String,
  enums: String,
});

/** `sun_path` holds 108 bytes with its NUL. */
const MAX_SOCKET_PATH = 107;
/** How long a subscriber may take to read what is on its way when the sensor stops. */
const SHUTDOWN_MS = 2_000;

/** What a second reader is told. */
const TAKEN = {
  code: grpcStatus.FAILED_PRECONDITION,
  details: 'another client reads the alerts of this sensor already; each alert goes to one reader only',
};

type Sub = ServerDuplexStream<object, AlertMessage>;
type Get = ServerWritableStream<object, AlertMessage>;

/**
 * Falco's outputs and version services on a unix socket, with Falco's behaviour (recorded from Falco 0.40): one queue, a request
 * on `sub` drains it once, `get` drains it and ends with OK, a half-close ends nothing, a stop ends `sub` with OK. One thing is not as
 * in Falco: while somebody is subscribed, everybody else is refused, since each alert goes to one reader only and the other would miss it.
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

  /** Listens; a socket file that was left is replaced. Only this user may connect. @throws SensorError `socket` */
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
      throw new SensorError('socket', `can not listen on ${this.socket}`, { cause });
    }
  }

  /** A killed sensor leaves its socket; anything else of that name is not ours to take away. */
  async #removeLeftover(): Promise<void> {
    const found = await lstat(this.socket).catch(() => undefined);
    if (found === undefined) return;
    if (!found.isSocket()) throw new SensorError('socket', `${this.socket} is there already, and is no socket`);
    await rm(this.socket);
  }

  /** Ends every subscription with OK. */
  async stop(): Promise<void> {
    for (const call of this.#subs) call.end();
    await new Promise<void>((resolve) => {
      const impatient = setTimeout(() => {
        this.#server.forceShutdown();
        resolve();
      }, SHUTDOWN_MS);
      this.#server.tryShutdown(() => {
        clearTimeout(impatient);
        resolve();
      });
    });
    await rm(this.socket, { force: true });
  }

  #get(call: Get): void {
    if (this.#subs.size > 0) call.emit('error', TAKEN);
    else void this.#drain(call).then(() => call.end());
  }

  #sub(call: Sub): void {
    if (this.#subs.size > 0) {
      call.emit('error', TAKEN);
      return;
    }
    this.#subs.add(call);
    const left = () => this.#subs.delete(call);
    call.on('cancelled', left);
    call.on('close', left);
    // A client that goes away in the middle of a message is no fault of ours.
    call.on('error', left);
    let draining = false;
    call.on('data', () => {
      // A request that comes while the queue is being drained asks for nothing more.
      if (draining) return;
      draining = true;
      void this.#drain(call).finally(() => {
        draining = false;
      });
    });
  }

  /** Writes until the queue is empty, or the client gone. Alerts leave the queue before they are written, as in Falco. */
  async #drain(call: Sub | Get): Promise<void> {
    while (!call.cancelled && !call.destroyed && !call.writableEnded) {
      const alert = this.queue.pop();
      if (alert === undefined) return;
      if (!call.write(alert)) await roomIn(call);
    }
  }
}

/** Resolves when the call takes more, or never will. */
async function roomIn(call: Sub | Get): Promise<void> {
  const over = new AbortController();
  const ends = ['drain', 'close', 'cancelled', 'error'].map((event) => once(call, event, { signal: over.signal }));
  try {
    await Promise.race(ends);
  } catch {
    // `error` came: the loop sees what is left of the call.
  } finally {
    over.abort();
    await Promise.allSettled(ends);
  }
}

function versionMessage(): object {
  const [engine_major, engine_minor, engine_patch] = ENGINE_VERSION.split('.').map(Number);
  return { ...COMPATIBLE_VERSION, engine_major, engine_minor, engine_patch, engine_version: ENGINE_VERSION };
}
