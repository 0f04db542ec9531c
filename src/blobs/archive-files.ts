import { GunzipStream } from './gunzip.js';
import type { TarEntry } from './tar-entry.js';
import { TarReader, type TarVisitor } from './tar-reader.js';

/** Larger archives are only read up to this limit, in bytes of the tar stream. */
const MAX_READ_BYTES = 256 * 1024 ** 2;

/** Which files to read, and their size limit. */
export interface WantedFiles {
  /** Paths without a leading `./`. */
  readonly paths: readonly string[];
  /** Larger files are skipped. */
  readonly maxBytes: number;
}

/**
 * Reads some files of an archive that has passed the check, as text by path. Stops after the last of them.
 *
 * @throws ArchiveError if the archive is damaged
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
    // Copy the chunk: it is a view of a larger buffer, which would be kept in memory as a whole.
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
