import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { messageOf } from '../../errors/message.js';
import { MalformedAlertError } from '../decode.js';
import { decodeJsonAlert } from '../decode-json.js';
import type { AlertListener, AlertSource, SourceStatus } from '../source.js';
import { FollowedFile } from './followed-file.js';
import type { PositionFile } from './position.js';
import { type Generation, generationAt, generationsOf } from './rotated.js';

/** How often the file is checked: a fraction of the time that a canary takes. */
const POLL_MS = 50;
const SAVE_MS = 1_000;
/** How much a restarted reader catches up on; if there is more, the jobs of that time have long ended. */
const MAX_BACKLOG = 1024 ** 3;

export interface FileSourceOptions {
  /** The file that Falco writes by `file_output`, with `json_output: true`. */
  readonly path: string;
  readonly position: PositionFile;
  readonly logger: Logger;
  readonly now: () => number;
  /** @defaultValue 1 GiB */
  readonly maxBacklog?: number;
}

/**
 * Alerts that a Falco of any version appends to a file (`file_output`). The position in the file (inode and offset) survives restarts of
 * either side and rotation; possible losses (the file was truncated, or rotated away unread) are reported. Only the canaries show that
 * Falco is running.
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
        await this.#poll();
      } catch (error) {
        this.#unavailable(messageOf(error));
      }
      await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
    }
    await this.#save(true).catch((err: unknown) =>
      this.#options.logger.error({ err }, 'the position in the alert file could not be saved'),
    );
    await this.#file?.close();
    this.#file = null;
  }

  async #poll(): Promise<void> {
    if (this.#file === null) await this.#openFile();
    const file = this.#file;
    if (file === null) return;
    if (await file.isIntact()) {
      await file.drain(this.#stopping.signal);
      await this.#followRotation(file);
    } else {
      this.#lost('the file was truncated or rewritten: some of its content may not have been read');
      await this.#replace(this.#options.path, 'start');
    }
    await this.#save(false);
  }

  /** Opens the file at the saved position; without one, at its end. */
  async #openFile(): Promise<void> {
    const { path, position } = this.#options;
    const saved = await position.load();
    const isFirst = this.#isFirst;
    if (saved === null) {
      // A file that appears while we wait for it is read from its start.
      await this.#replace(path, isFirst ? 'end' : 'start');
      this.#isFirst = false;
    } else {
      const generations = await generationsOf(path);
      const lastRead = generations.find(({ id }) => id === saved.file);
      await this.#replace(lastRead?.path ?? path, saved);
      if (this.#file === null && generations.length > 0) {
        this.#lost('the file that was read last is gone or was rewritten: whatever was added to it since is lost');
        await this.#replace(path, 'start');
      }
    }
    if (this.#file === null) {
      this.#isFirst = false;
      this.#unavailable(`${path}: the file does not exist yet`);
      return;
    }
    this.#lastError = null;
    this.#listener?.connected('');
  }

  /** After a rotation Falco writes into a new file: once that contains something, the old one is complete. */
  async #followRotation(file: FollowedFile): Promise<void> {
    const current = await generationAt(this.#options.path);
    if (current === null || current.id === file.id || current.size === 0n) return;
    await file.drain(this.#stopping.signal);
    await this.#replace((await this.#nextGeneration(file, current)).path, 'start');
  }

  /** The file that follows this one: several rotations may have happened since the last read. */
  async #nextGeneration(file: FollowedFile, current: Generation): Promise<Generation> {
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
      this.#lost(`skipped ${await next.backlog()} bytes: too much to catch up on`);
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

  /** It is unknown whose alerts were lost. */
  #lost(reason: string): void {
    this.#lastError = reason;
    this.#options.logger.warn({ file: this.#options.path, reason }, 'alerts in the file may have been lost');
    this.#listener?.malformed(reason);
  }

  #unavailable(reason: string): void {
    if (this.#lastError !== reason)
      this.#options.logger.warn({ file: this.#options.path, reason }, 'the alert file cannot be read');
    this.#lastError = reason;
  }

  async #save(atOnce: boolean): Promise<void> {
    const now = this.#options.now();
    if (this.#file === null || (!atOnce && now - this.#savedAt < SAVE_MS)) return;
    this.#savedAt = now;
    await this.#options.position.save(this.#file.position);
  }
}
