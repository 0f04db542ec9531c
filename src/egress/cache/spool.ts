import type { FileHandle } from 'node:fs/promises';
import { open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { DownloadError, NoRoomError } from './errors.js';

/** Storage for downloads that do not fit into memory, and its limit. */
export interface SpoolRoom {
  /** Used by this process only. */
  readonly folder: string;
  newName(): string;
  /** Limit for all spools together. */
  readonly maxBytes: number;
  /** Bytes used by all spools. */
  bytes: number;
}

/** Most tarballs are smaller. */
const IN_MEMORY_BYTES = 256 * 1024;
const PIECE_BYTES = 64 * 1024;

/**
 * Bytes that are written once and read by any number of readers, each at its own speed from the beginning. Small content is kept in memory,
 * larger content in an unlinked file, which disappears with the process.
 */
export class Spool {
  readonly #room: SpoolRoom;
  #memory = Buffer.alloc(0);
  #file: FileHandle | undefined;
  #size = 0;
  #end: 'open' | 'complete' | Error = 'open';
  #holders = 0;
  #progress = new Signal();
  #isClosed = false;

  constructor(room: SpoolRoom) {
    this.#room = room;
  }

  get size(): number {
    return this.#size;
  }

  /** Must not be called again before it resolves. @throws NoRoomError */
  async append(chunk: Buffer): Promise<void> {
    if (this.#isClosed) throw new DownloadError('abandoned', 'no client is waiting for it');
    if (this.#room.bytes + chunk.length > this.#room.maxBytes)
      throw new NoRoomError('too many bytes are being downloaded');
    try {
      if (this.#file === undefined && this.#size + chunk.length > IN_MEMORY_BYTES) await this.#openFile();
      if (this.#file === undefined) this.#remember(chunk);
      else await writeAt(this.#file, chunk, this.#size);
    } catch (cause) {
      throw new NoRoomError('a download cannot be written', { cause });
    }
    this.#room.bytes += chunk.length;
    this.#size += chunk.length;
    this.#wakeReaders();
  }

  /** Marks the content as complete, or as failed: then each reader gets the error after the bytes that are available. */
  end(error?: Error): void {
    if (this.#end === 'open') this.#end = error ?? 'complete';
    this.#wakeReaders();
  }

  /** Keeps the content until every holder has called the returned function; calling it again has no effect. */
  hold(): () => void {
    let isHeld = true;
    this.#holders += 1;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#holders -= 1;
      if (this.#holders === 0) this.#close();
    };
  }

  /** Yields all bytes, including those still to come. The caller must hold the spool. @throws the error it ended with */
  async *read(): AsyncGenerator<Buffer> {
    for (let at = 0; ; ) {
      const more = this.#progress.raised;
      if (at < this.#size) {
        const piece = await this.#piece(at);
        at += piece.length;
        yield piece;
      } else if (this.#end === 'open') await more;
      else if (this.#end === 'complete') return;
      else throw this.#end;
    }
  }

  /**
   * Given a chunk at offset `at` of the same content, returns the part of it that is not stored yet.
   *
   * @throws DownloadError `changed` if it differs from the stored bytes
   */
  async beyond(chunk: Buffer, at: number): Promise<Buffer> {
    let same = 0;
    while (same < chunk.length && at + same < this.#size) {
      const piece = await this.#piece(at + same);
      const length = Math.min(piece.length, chunk.length - same);
      if (piece.compare(chunk, same, same + length, 0, length) !== 0) {
        throw new DownloadError('changed', 'the registry sent something else when it was asked again');
      }
      same += length;
    }
    return chunk.subarray(same);
  }

  async #piece(at: number): Promise<Buffer> {
    if (this.#file === undefined) return this.#memory.subarray(at, this.#size);
    const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, this.#size - at));
    const { bytesRead } = await this.#file.read(piece, 0, piece.length, at);
    if (bytesRead === 0) throw new Error('a download cannot be read back');
    return piece.subarray(0, bytesRead);
  }

  #remember(chunk: Buffer): void {
    const needed = this.#size + chunk.length;
    if (needed > this.#memory.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#memory.length * 2));
      this.#memory.copy(larger, 0, 0, this.#size);
      this.#memory = larger;
    }
    chunk.copy(this.#memory, this.#size);
  }

  async #openFile(): Promise<void> {
    const path = join(this.#room.folder, this.#room.newName());
    const file = await open(path, 'wx+', 0o600);
    try {
      await unlink(path);
      await writeAt(file, this.#memory.subarray(0, this.#size), 0);
    } catch (error) {
      await file.close();
      throw error;
    }
    this.#file = file;
    this.#memory = Buffer.alloc(0);
  }

  #wakeReaders(): void {
    this.#progress.raise();
    this.#progress = new Signal();
  }

  #close(): void {
    if (this.#end === 'open') this.end(new DownloadError('abandoned', 'no client is waiting for it'));
    this.#isClosed = true;
    this.#room.bytes -= this.#size;
    this.#size = 0;
    this.#memory = Buffer.alloc(0);
    this.#file?.close().catch(() => undefined);
  }
}

/** Can be raised once, and wakes everyone who waits for it. */
class Signal {
  raise: () => void = () => undefined;
  readonly raised = new Promise<void>((resolve) => {
    this.raise = resolve;
  });
}

async function writeAt(file: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, at + written);
    written += bytesWritten;
  }
}
