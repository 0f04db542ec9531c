import { type FileHandle, open } from 'node:fs/promises';

/**
 * Makes renames in a folder durable. Calls that arrive while a sync runs share the next one: with many small uploads
 * at once the disk is asked once for all of them.
 */
export class FolderSync {
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  private constructor(private readonly folder: FileHandle) {}

  /** @throws when there is no such folder */
  static async open(folder: string): Promise<FolderSync> {
    return new FolderSync(await open(folder, 'r'));
  }

  /** Resolves when everything that was renamed before the call is on disk. */
  run(): Promise<void> {
    if (this.#running === undefined) return this.#start();
    this.#next ??= this.#running.then(
      () => this.#start(),
      () => this.#start(),
    );
    return this.#next;
  }

  /** To be called when no sync runs any more. */
  close(): Promise<void> {
    return this.folder.close();
  }

  #start(): Promise<void> {
    this.#next = undefined;
    this.#running = this.folder.sync().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }
}
