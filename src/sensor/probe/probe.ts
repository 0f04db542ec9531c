import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { SensorError } from '../errors.js';
import { type ProbeListener, RecordFraming } from './framing.js';

/** Verifying the eBPF programs takes about a second on a slow machine. */
const READY_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 5_000;
const LAST_WORDS_BYTES = 4_000;

/** The running kernel side. */
export interface Probe {
  readonly pid: number;
  /** Rejects with a SensorError when the probe ends before `stop`; resolves after `stop`. */
  readonly closed: Promise<void>;
  /** From now on (within some 10 ms) only these calls are recorded, by x86-64's numbers; before, all are. */
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
 * Starts the probe and resolves when it is attached. It ends with this process, whatever happens to it.
 * @throws SensorError `probe-missing`, `probe-failed` with the probe's own words
 */
export async function startProbe(options: ProbeOptions, listener: ProbeListener): Promise<Probe> {
  await access(options.executable, constants.X_OK).catch((cause: unknown) => {
    const message = `${options.executable} can not be run: build it with scripts/build-sensor`;
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
  #lastWords = '';

  constructor(private readonly child: ChildProcess) {
    child.on('error', (cause) => {
      this.#fault ??= new SensorError('probe-failed', 'the probe can not be run', { cause });
    });
    // It may end while its input is being closed.
    child.stdin?.on('error', () => undefined);
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#lastWords = (this.#lastWords + chunk.toString()).slice(-LAST_WORDS_BYTES);
    });
    this.closed = this.#end();
    // Whoever starts a probe waits for `ready` first, which fails with the same error.
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
    // The end of its input is what it stops for; SIGTERM may reach a whole process group, and is not the probe's to take.
    this.child.stdin?.end();
    const impatient = setTimeout(() => this.child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    try {
      await this.closed;
    } finally {
      clearTimeout(impatient);
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
    // `close` comes when the last record has been read.
    const [code, signal] = await once(this.child, 'close').catch(() => [null, null]);
    if (this.#fault !== undefined) throw this.#fault;
    if (this.#stopping) return;
    const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
    throw new SensorError('probe-failed', `the probe ended (${how}): ${this.#lastWords.trim() || 'without a word'}`);
  }
}
