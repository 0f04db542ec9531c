import { GunzipStream } from './gunzip.js';
import type { TarEntry } from './tar-entry.js';
import { TarReader, type TarVisitor } from './tar-reader.js';

/** A larger archive is read no further than this, in bytes of the tar stream. */
const MAX_READ_BYTES = 256 * 1024 ** 2;

/** Which files of an archive are wanted, and how much of them. */
export interface WantedFiles {
  /** Paths without a leading `./`. */
  readonly paths: readonly string[];
  /** A larger one is left out. */
  readonly maxBytes: number;
}

/**
 * Some files of an archive that has passed the check, as text by their path. It is read no further than the last one of
 * them. @throws ArchiveError when the archive is damaged
 */
export async function readFiles(
  archive: AsyncIterable<Buffer>,
  wanted: WantedFiles,
): Promise<ReadonlyMap<string, string>> {
  const collector = new Collector(wanted);
  const reader = new TarReader(collector);
  let read = 0;
  const gunzip = new GunzipStream((chunk) => {
    read += chunk.length;
    reader.push(chunk);
  });
  try {
    for await (const chunk of archive) {
      await gunzip.write(chunk);
      if (collector.isComplete || read > MAX_READ_BYTES) return collector.texts();
    }
    await gunzip.end();
  } finally {
    gunzip.close();
  }
  return collector.texts();
}

class Collector implements TarVisitor {
  readonly #wanted: WantedFiles;
  readonly #found = new Map<string, { readonly size: number; readonly chunks: Buffer[] }>();
  #reading: Buffer[] = [];

  constructor(wanted: WantedFiles) {
    this.#wanted = wanted;
  }

  entry({ path, kind, size, realSize }: TarEntry): boolean {
    const plain = path.replace(/^(?:\.\/)+/, '');
    if (
      kind !== 'file' ||
      realSize !== undefined ||
      size > this.#wanted.maxBytes ||
      !this.#wanted.paths.includes(plain)
    )
      return false;
    this.#reading = [];
    this.#found.set(plain, { size, chunks: this.#reading });
    return true;
  }

  body(chunk: Buffer): void {
    // A copy: the chunk is a view of a larger buffer, which would be kept as a whole.
    this.#reading.push(Buffer.from(chunk));
  }

  get isComplete(): boolean {
    return this.#found.size === this.#wanted.paths.length && [...this.#found.values()].every(isWhole);
  }

  texts(): ReadonlyMap<string, string> {
    const whole = [...this.#found].filter(([, file]) => isWhole(file));
    return new Map(whole.map(([path, { chunks }]) => [path, Buffer.concat(chunks).toString('utf8')]));
  }
}

function isWhole({ size, chunks }: { readonly size: number; readonly chunks: readonly Buffer[] }): boolean {
  return chunks.reduce((sum, { length }) => sum + length, 0) === size;
}
