import { type FileHandle, open } from 'node:fs/promises';

/** Makes renames in a folder durable. Calls during a sync share the next one, so many simultaneous small uploads cause a single sync. */
export class FolderSync {
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  private constructor(private readonly folder: FileHandle) {}

  /** @throws if the folder does not exist */
  static async open(folder: string): Promise<FolderSync> {
    return new FolderSync(await open(folder, 'r'));
  }

  /** Resolves when everything renamed before the call is on disk. */
  run(): Promise<void> {
    if (this.#running === undefined) return this.#start();
    this.#next ??= this.#running.then(
      () => this.#start(),
      () => this.#start(),
    );
    return this.#next;
  }

  /** Must only be called when no sync is running. */
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
