import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { MalformedAlertError } from '../decode.js';
import { decodeJsonAlert } from '../decode-json.js';
import type { AlertListener, AlertSource, SourceStatus } from '../source.js';
import { FollowedFile } from './followed-file.js';
import type { PositionFile } from './position.js';
import { type Generation, generationAt, generationsOf } from './rotated.js';

/** How often the file is looked at: a part of what a canary takes. */
const POLL_MS = 50;
const SAVE_MS = 1_000;
/** What a reader that was away catches up on; of more than that the jobs of that time are long over. */
const MAX_BACKLOG = 1024 ** 3;

export interface FileSourceOptions {
  /** What Falco writes by `file_output`, with `json_output: true`. */
  readonly path: string;
  readonly position: PositionFile;
  readonly logger: Logger;
  readonly now: () => number;
  /** @defaultValue 1 GiB */
  readonly maxBacklog?: number;
}

/**
 * Alerts that a Falco of any version appends to a file (`file_output`). The file is followed by inode and offset over restarts of either side,
 * and over rotation; what may have been lost (the file was cut, or rotated away unread) is told. That Falco is alive is known by the canaries alone.
 */
export class FileAlertSource implements AlertSource {
  readonly #options: FileSourceOptions;
  readonly #stopping = new AbortController();
  #listener: AlertListener | null = null;
  #file: FollowedFile | null = null;
  #lastError: string | null = null;
  #running: Promise<void> = Promise.resolve();
  #savedAt = 0;
  #isFirst = true;

  constructor(options: FileSourceOptions) {
    this.#options = options;
  }

  start(listener: AlertListener): void {
    this.#listener = listener;
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    this.#listener?.disconnected('stopped');
    this.#listener = null;
  }

  status(): SourceStatus {
    return { connected: this.#file !== null, description: 'falco (file)', lastError: this.#lastError };
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#step();
      } catch (error) {
        this.#fault(error instanceof Error ? error.message : String(error));
      }
      await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
    }
    await this.#save(true).catch((err: unknown) =>
      this.#options.logger.error({ err }, 'the position in the alert file is not kept'),
    );
    await this.#file?.close();
    this.#file = null;
  }

  async #step(): Promise<void> {
    if (this.#file === null) await this.#begin();
    const file = this.#file;
    if (file === null) return;
    if (await file.isIntact()) {
      await file.drain(this.#stopping.signal);
      await this.#moveOn(file);
    } else {
      this.#lost('the file was cut or written anew: what stood in it may not have been read');
      await this.#replace(this.#options.path, 'start');
    }
    await this.#save(false);
  }

  /** Opens the file where the last reader ended; without one, at its end. */
  async #begin(): Promise<void> {
    const { path, position } = this.#options;
    const saved = await position.load();
    const isFirst = this.#isFirst;
    if (saved === null) {
      // A file that appears while we wait for it is read whole.
      await this.#replace(path, isFirst ? 'end' : 'start');
      this.#isFirst = false;
    } else {
      const generations = await generationsOf(path);
      const mine = generations.find(({ id }) => id === saved.file);
      await this.#replace(mine?.path ?? path, saved);
      if (this.#file === null && generations.length > 0) {
        this.#lost('the file that was read last is gone or was written anew: what was added to it since is not known');
        await this.#replace(path, 'start');
      }
    }
    if (this.#file === null) {
      this.#isFirst = false;
      this.#fault(`${path}: there is no such file yet`);
      return;
    }
    this.#lastError = null;
    this.#listener?.connected('');
  }

  /** Falco that was told to reopen its file writes into the new one: once something stands there, the old one is complete. */
  async #moveOn(file: FollowedFile): Promise<void> {
    const current = await generationAt(this.#options.path);
    if (current === null || current.id === file.id || current.size === 0n) return;
    await file.drain(this.#stopping.signal);
    await this.#replace((await this.#after(file, current)).path, 'start');
  }

  /** The file that was begun after this one: several rotations may have passed while nobody read. */
  async #after(file: FollowedFile, current: Generation): Promise<Generation> {
    const generations = await generationsOf(this.#options.path);
    const at = generations.findIndex(({ id }) => id === file.id);
    return (at === -1 ? undefined : generations[at + 1]) ?? current;
  }

  async #replace(path: string, from: Parameters<typeof FollowedFile.open>[1]): Promise<void> {
    const { maxBacklog = MAX_BACKLOG } = this.#options;
    const listener = {
      line: (text: string) => this.#line(text),
      tooLong: () => this.#lost('a line is longer than 1 MiB'),
    };
    let next = await FollowedFile.open(path, from, listener);
    if (next !== null && (await next.backlog()) > maxBacklog) {
      this.#lost(`passes over ${await next.backlog()} bytes: more than there is time to read`);
      await next.close();
      next = await FollowedFile.open(path, 'end', listener);
    }
    await this.#file?.close();
    this.#file = next;
  }

  #line(text: string): void {
    try {
      this.#listener?.alert(decodeJsonAlert(text));
    } catch (error) {
      if (!(error instanceof MalformedAlertError)) throw error;
      this.#lost(error.message);
    }
  }

  /** Whose alerts were lost nobody knows. */
  #lost(reason: string): void {
    this.#lastError = reason;
    this.#options.logger.warn({ file: this.#options.path, reason }, 'alerts of the file may be lost');
    this.#listener?.malformed(reason);
  }

  #fault(reason: string): void {
    if (this.#lastError !== reason)
      this.#options.logger.warn({ file: this.#options.path, reason }, 'the alert file can not be read');
    this.#lastError = reason;
  }

  async #save(atOnce: boolean): Promise<void> {
    const now = this.#options.now();
    if (this.#file === null || (!atOnce && now - this.#savedAt < SAVE_MS)) return;
    this.#savedAt = now;
    await this.#options.position.save(this.#file.position);
  }
}
