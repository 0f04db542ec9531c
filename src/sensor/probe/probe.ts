import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { SensorError } from '../errors.js';
import { type ProbeListener, RecordFraming } from './framing.js';

/** Verifying the eBPF programs takes about a second on a slow machine. */
const READY_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 5_000;
const STDERR_TAIL_BYTES = 4_000;

/** The running probe process. */
export interface Probe {
  readonly pid: number;
  /** Rejects with a SensorError if the probe exits before `stop`; resolves after `stop`. */
  readonly closed: Promise<void>;
  /** Records only these calls from now on (within some 10 ms), given by x86-64 number; before the first call all are recorded. */
  record(calls: readonly number[]): void;
  stop(): Promise<void>;
}

/** How the probe is run. */
export interface ProbeOptions {
  /** Path of packwarden-probe (scripts/build-sensor makes it). */
  readonly executable: string;
  /** Size of the kernel's ring buffer: a power of two, at least a page. Default 32 MiB: about 100,000 records. */
  readonly ringBytes?: number;
}

/**
 * Starts the probe and resolves when it is attached. The probe exits with this process, however that ends.
 *
 * @throws SensorError `probe-missing`, `probe-failed` with the probe's error output
 */
export async function startProbe(options: ProbeOptions, listener: ProbeListener): Promise<Probe> {
  await access(options.executable, constants.X_OK).catch((cause: unknown) => {
    const message = `${options.executable} cannot be executed: build it with scripts/build-sensor`;
    throw new SensorError('probe-missing', message, { cause });
  });
  const args = options.ringBytes === undefined ? [] : ['--ring-bytes', String(options.ringBytes)];
  const child = spawn(options.executable, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const running = new RunningProbe(child);
  await running.ready(listener);
  return running;
}

class RunningProbe implements Probe {
  readonly closed: Promise<void>;
  #stopping = false;
  #fault: SensorError | undefined;
  #stderrTail = '';

  constructor(private readonly child: ChildProcess) {
    child.on('error', (cause) => {
      this.#fault ??= new SensorError('probe-failed', 'the probe cannot be executed', { cause });
    });
    // The probe may exit while its standard input is being closed.
    child.stdin?.on('error', () => undefined);
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderrTail = (this.#stderrTail + chunk.toString()).slice(-STDERR_TAIL_BYTES);
    });
    this.closed = this.#end();
    // The caller awaits `ready` first, which rejects with the same error; without this the rejection would count as unhandled.
    this.closed.catch(() => undefined);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  async ready(listener: ProbeListener): Promise<void> {
    const attached = new Promise<void>((resolve) => this.#read(listener, resolve));
    const deadline = setTimeout(() => this.#fail(`not attached within ${READY_TIMEOUT_MS} ms`), READY_TIMEOUT_MS);
    try {
      await Promise.race([attached, this.closed]);
    } finally {
      clearTimeout(deadline);
    }
  }

  record(calls: readonly number[]): void {
    this.child.stdin?.write(`${calls.join(' ')}\n`);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    // The probe stops at the end of its input. It ignores SIGTERM, which may be sent to a whole process group.
    this.child.stdin?.end();
    const killTimer = setTimeout(() => this.child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    try {
      await this.closed;
    } finally {
      clearTimeout(killTimer);
    }
  }

  #read(listener: ProbeListener, onReady: () => void): void {
    const framing = new RecordFraming(listener, onReady);
    this.child.stdout?.on('data', (chunk: Buffer) => {
      if (this.#fault !== undefined) return;
      try {
        framing.push(chunk);
      } catch (error) {
        this.#fault = error instanceof SensorError ? error : new SensorError('records', 'unreadable', { cause: error });
        this.child.kill('SIGKILL');
      }
    });
  }

  #fail(message: string): void {
    this.#fault ??= new SensorError('probe-failed', message);
    this.child.kill('SIGKILL');
  }

  async #end(): Promise<void> {
    // `close` is emitted after the last record has been read.
    const [code, signal] = await once(this.child, 'close').catch(() => [null, null]);
    if (this.#fault !== undefined) throw this.#fault;
    if (this.#stopping) return;
    const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
    throw new SensorError('probe-failed', `the probe ended (${how}): ${this.#stderrTail.trim() || 'no error output'}`);
  }
}
