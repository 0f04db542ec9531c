import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Seen, type Witnessed, witnessLine } from './seen.js';

/** Built by scripts/build-sensor. */
const PROGRAM = fileURLToPath(new URL('../../build/witness/packwarden-witness', import.meta.url));

/** Setting the marks takes some milliseconds. */
const READY_MS = 5_000;
/** Includes reading the events that are still queued. */
const END_MS = 5_000;
/** Far more than legitimate accesses; a flood must not fill the worker's memory. */
const MAX_SEEN = 20_000;
const STDERR_TAIL_CHARS = 300;

/** Watches the decoys of one sandbox. */
export interface DecoyWatch {
  /** Resolves when the decoys are watched, or can't be. Never rejects. */
  readonly ready: Promise<void>;
  /** Stops watching. Resolves with all accesses so far; further calls return the same. */
  end(): Promise<Witnessed>;
}

/** Starts watching files of a container, given the host's pid of its first process. Ends with this process at the latest. */
export function watchDecoys(pid: number, paths: readonly string[]): DecoyWatch {
  const child = spawn(PROGRAM, [String(pid), ...paths], { stdio: ['pipe', 'pipe', 'pipe'] });
  return new WitnessProcess(child);
}

class WitnessProcess implements DecoyWatch {
  readonly #child: ChildProcess;
  readonly #seen: Seen[] = [];
  readonly #closed: Promise<void>;
  readonly ready: Promise<void>;
  #isWatching = false;
  #isEnding = false;
  #unavailable: string | null = null;
  #lost: string | null = null;
  #stderrTail = '';

  constructor(child: ChildProcess) {
    this.#child = child;
    child.stdin?.on('error', () => undefined);
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderrTail = (this.#stderrTail + chunk.toString()).slice(-STDERR_TAIL_CHARS);
    });
    this.#closed = new Promise((resolve) => {
      child.once('error', (error) => this.#onEnd(error.message, resolve));
      // `close` is emitted after its last line has been read.
      child.once('close', (code, signal) =>
        this.#onEnd(code === null ? `signal ${signal}` : `exit code ${code}`, resolve),
      );
    });
    this.ready = this.#read();
  }

  async end(): Promise<Witnessed> {
    this.#isEnding = true;
    this.#child.stdin?.end();
    await this.#inTime(this.#closed, END_MS, 'it did not stop in time');
    return { unavailable: this.#unavailable, lost: this.#lost, seen: this.#seen };
  }

  async #read(): Promise<void> {
    const isReady = new Promise<void>((resolve) => {
      if (this.#child.stdout === null) return;
      createInterface(this.#child.stdout).on('line', (line) => {
        this.#handleLine(line);
        if (this.#isWatching) resolve();
      });
    });
    await this.#inTime(Promise.race([isReady, this.#closed]), READY_MS, 'it did not start in time');
  }

  #handleLine(line: string): void {
    const parsed = witnessLine.safeParse(parseJson(line));
    if (!parsed.success) this.#lost ??= 'its output could not be parsed';
    else if ('ready' in parsed.data) this.#isWatching = true;
    else if ('lost' in parsed.data) this.#lost ??= parsed.data.lost;
    else if (this.#seen.length < MAX_SEEN) this.#seen.push(parsed.data);
    else this.#lost ??= `the decoys were opened more than ${MAX_SEEN} times`;
  }

  /** If it exits before `end()` is called, accesses may be lost; if it exits before it was ready, the decoys can't be watched. */
  #onEnd(how: string, resolve: () => void): void {
    const why = this.#stderrTail.trim() || how;
    if (!this.#isWatching) this.#unavailable ??= why;
    else if (!this.#isEnding || how !== 'exit code 0') this.#lost ??= `the witness ended: ${why}`;
    resolve();
  }

  async #inTime(work: Promise<void>, ms: number, problem: string): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        if (this.#isWatching) this.#lost ??= problem;
        else this.#unavailable ??= problem;
        this.#child.kill('SIGKILL');
        resolve();
      }, ms);
    });
    await Promise.race([work, late]);
    clearTimeout(timer);
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
