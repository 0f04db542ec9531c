import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Seen, type Witnessed, witnessLine } from './seen.js';

/** What scripts/build-sensor makes. */
const PROGRAM = fileURLToPath(new URL('../../build/witness/packwarden-witness', import.meta.url));

/** Setting the marks takes some milliseconds. */
const READY_MS = 5_000;
/** Reading what is still queued, too. */
const END_MS = 5_000;
/** Far above what looks at decoys honestly; what floods them must not fill the worker's memory. */
const MAX_SEEN = 20_000;
const LAST_WORDS_CHARS = 300;

/** Who watches the decoys of one sandbox. */
export interface DecoyWatch {
  /** Resolves when the decoys are watched, or can't be. Never rejects. */
  readonly ready: Promise<void>;
  /** Stops watching. Resolves with everything that happened until now; always the same. */
  end(): Promise<Witnessed>;
}

/** Starts watching files of the container whose first process is `pid` on this machine; it ends with this process at the latest. */
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
  #lastWords = '';

  constructor(child: ChildProcess) {
    this.#child = child;
    child.stdin?.on('error', () => undefined);
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#lastWords = (this.#lastWords + chunk.toString()).slice(-LAST_WORDS_CHARS);
    });
    this.#closed = new Promise((resolve) => {
      child.once('error', (error) => this.#onEnd(error.message, resolve));
      // `close` comes when its last line has been read.
      child.once('close', (code, signal) =>
        this.#onEnd(code === null ? `signal ${signal}` : `exit code ${code}`, resolve),
      );
    });
    this.ready = this.#read();
  }

  async end(): Promise<Witnessed> {
    this.#isEnding = true;
    this.#child.stdin?.end();
    await this.#inTime(this.#closed, END_MS, 'it did not come to an end');
    return { unavailable: this.#unavailable, lost: this.#lost, seen: this.#seen };
  }

  async #read(): Promise<void> {
    const isReady = new Promise<void>((resolve) => {
      if (this.#child.stdout === null) return;
      createInterface(this.#child.stdout).on('line', (line) => {
        this.#hear(line);
        if (this.#isWatching) resolve();
      });
    });
    await this.#inTime(Promise.race([isReady, this.#closed]), READY_MS, 'it did not begin');
  }

  #hear(line: string): void {
    const told = witnessLine.safeParse(parseJson(line));
    if (!told.success) this.#lost ??= 'it said what could not be read';
    else if ('ready' in told.data) this.#isWatching = true;
    else if ('lost' in told.data) this.#lost ??= told.data.lost;
    else if (this.#seen.length < MAX_SEEN) this.#seen.push(told.data);
    else this.#lost ??= `the decoys were opened more than ${MAX_SEEN} times`;
  }

  /** An end before `end()` is asked for is a loss; one before the decoys were watched only means that they can't be. */
  #onEnd(how: string, resolve: () => void): void {
    const why = this.#lastWords.trim() || how;
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
