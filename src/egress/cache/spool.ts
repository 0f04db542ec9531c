import type { FileHandle } from 'node:fs/promises';
import { open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { DownloadError, NoRoomError } from './errors.js';

/** Where downloads that do not fit into memory are while they are read, and how much of them there may be. */
export interface SpoolRoom {
  /** Nobody else writes into it. */
  readonly folder: string;
  newName(): string;
  /** Bytes of all spools. */
  readonly maxBytes: number;
  /** Bytes of the spools that there are. */
  bytes: number;
}

/** Most tarballs are smaller. */
const IN_MEMORY_BYTES = 256 * 1024;
const PIECE_BYTES = 64 * 1024;

/**
 * Bytes that come in once and are read by any number of readers, each at its own speed and from the beginning. The first of them are
 * in memory, more in a file without a name: it goes with the process, whenever that ends.
 */
export class Spool {
  readonly #room: SpoolRoom;
  #memory = Buffer.alloc(0);
  #file: FileHandle | undefined;
  #size = 0;
  #end: 'open' | 'complete' | Error = 'open';
  #holders = 0;
  #news = new News();
  #isClosed = false;

  constructor(room: SpoolRoom) {
    this.#room = room;
  }

  get size(): number {
    return this.#size;
  }

  /** Not to be called again before it resolves. @throws NoRoomError */
  async append(chunk: Buffer): Promise<void> {
    if (this.#isClosed) throw new DownloadError('abandoned', 'nobody waits for it');
    if (this.#room.bytes + chunk.length > this.#room.maxBytes) throw new NoRoomError('too much is on its way');
    try {
      if (this.#file === undefined && this.#size + chunk.length > IN_MEMORY_BYTES) await this.#openFile();
      if (this.#file === undefined) this.#remember(chunk);
      else await writeAt(this.#file, chunk, this.#size);
    } catch (cause) {
      throw new NoRoomError('a download can not be written', { cause });
    }
    this.#room.bytes += chunk.length;
    this.#size += chunk.length;
    this.#tell();
  }

  /** Nothing more comes: that was all, or an error that each reader is told when it has read what there is. */
  end(error?: Error): void {
    if (this.#end === 'open') this.#end = error ?? 'complete';
    this.#tell();
  }

  /** It is there until all who hold it have let it go; what this returns is called as often as one likes. */
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

  /** From the first byte to the last, those included that are still to come; for who holds it. @throws what it ended with */
  async *read(): AsyncGenerator<Buffer> {
    for (let at = 0; ; ) {
      const more = this.#news.told;
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
   * What a chunk at `at` of the same bytes has beyond the ones that are here.
   * @throws DownloadError `changed` where it is not the same
   */
  async beyond(chunk: Buffer, at: number): Promise<Buffer> {
    let same = 0;
    while (same < chunk.length && at + same < this.#size) {
      const piece = await this.#piece(at + same);
      const length = Math.min(piece.length, chunk.length - same);
      if (piece.compare(chunk, same, same + length, 0, length) !== 0) {
        throw new DownloadError('changed', 'the registry gave something else when it was asked again');
      }
      same += length;
    }
    return chunk.subarray(same);
  }

  async #piece(at: number): Promise<Buffer> {
    if (this.#file === undefined) return this.#memory.subarray(at, this.#size);
    const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, this.#size - at));
    const { bytesRead } = await this.#file.read(piece, 0, piece.length, at);
    if (bytesRead === 0) throw new Error('a download can not be read again');
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

  #tell(): void {
    this.#news.tell();
    this.#news = new News();
  }

  #close(): void {
    if (this.#end === 'open') this.end(new DownloadError('abandoned', 'nobody waits for it'));
    this.#isClosed = true;
    this.#room.bytes -= this.#size;
    this.#size = 0;
    this.#memory = Buffer.alloc(0);
    this.#file?.close().catch(() => undefined);
  }
}

/** Something that is told once, to all who wait for it. */
class News {
  tell: () => void = () => undefined;
  readonly told = new Promise<void>((resolve) => {
    this.tell = resolve;
  });
}

async function writeAt(file: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, at + written);
    written += bytesWritten;
  }
}
