import { type FileHandle, open } from 'node:fs/promises';
import { Lines } from './lines.js';
import type { Position } from './position.js';

/** Size of one read; memory usage does not depend on the amount of data. */
const CHUNK = 256 * 1024;
/** About one alert; each contains a different time. */
const MARK_BYTES = 512;

/** Receives the lines of a followed file. */
export interface LineListener {
  line(text: string): void;
  /** A line was too long to be an alert. */
  tooLong(): void;
}

/** An open file that grows, and the position up to which it was read. It stays the same file when it is renamed. */
export class FollowedFile {
  readonly #handle: FileHandle;
  readonly #buffer = Buffer.alloc(CHUNK);
  readonly #lines: Lines;
  /** The end of the complete lines, and of all bytes, that were read. */
  #offset: number;
  #read: number;
  #mark: Buffer;

  private constructor(
    handle: FileHandle,
    /** Device and inode. */
    readonly id: string,
    at: { readonly offset: number; readonly mark: Buffer; readonly inside: boolean },
    listener: LineListener,
  ) {
    this.#handle = handle;
    this.#offset = at.offset;
    this.#read = at.offset;
    this.#mark = at.mark;
    this.#lines = new Lines(
      (text) => listener.line(text),
      () => listener.tooLong(),
      at.inside,
    );
  }

  /**
   * Opens a file at its start, its end, or a saved position. Null if the file does not exist, or is not the file to which the position
   * belongs. @throws errors of the file system
   */
  static async open(
    path: string,
    from: 'start' | 'end' | Position,
    listener: LineListener,
  ): Promise<FollowedFile | null> {
    const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (handle === null) return null;
    try {
      const { dev, ino, size } = await handle.stat({ bigint: true });
      const id = `${dev}:${ino}`;
      if (typeof from === 'object') {
        const file = new FollowedFile(
          handle,
          id,
          { ...from, mark: Buffer.from(from.mark, 'base64'), inside: false },
          listener,
        );
        if (id === from.file && (await file.isIntact())) return file;
        await handle.close();
        return null;
      }
      const offset = from === 'start' ? 0 : Number(size);
      const mark = await bytesBefore(handle, offset);
      // The file may end in the middle of a line.
      const inside = offset > 0 && mark.at(-1) !== 0x0a;
      return new FollowedFile(handle, id, { offset, mark, inside }, listener);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  get position(): Position {
    return { file: this.id, offset: this.#offset, mark: this.#mark.toString('base64') };
  }

  /** Number of bytes that have not been read yet. */
  async backlog(): Promise<number> {
    return Math.max(0, (await this.#handle.stat()).size - this.#read);
  }

  /** Whether the content that was read is still there; false if the file was truncated or rewritten. */
  async isIntact(): Promise<boolean> {
    const { size } = await this.#handle.stat();
    return size >= this.#read && (await bytesBefore(this.#handle, this.#offset, this.#mark.length)).equals(this.#mark);
  }

  /** Passes on all lines up to the current end of the file. */
  async drain(signal: AbortSignal): Promise<void> {
    const before = this.#offset;
    while (!signal.aborted) {
      const { bytesRead } = await this.#handle.read(this.#buffer, 0, CHUNK, this.#read);
      if (bytesRead === 0) break;
      const ended = this.#lines.push(this.#buffer.subarray(0, bytesRead));
      if (ended > 0) this.#offset = this.#read + ended;
      this.#read += bytesRead;
    }
    if (this.#offset !== before) this.#mark = await bytesBefore(this.#handle, this.#offset);
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

async function bytesBefore(handle: FileHandle, offset: number, count = MARK_BYTES): Promise<Buffer> {
  const length = Math.min(count, offset);
  const buffer = Buffer.alloc(length);
  if (length === 0) return buffer;
  const { bytesRead } = await handle.read(buffer, 0, length, offset - length);
  return buffer.subarray(0, bytesRead);
}
