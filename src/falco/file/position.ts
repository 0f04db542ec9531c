import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';

const positionSchema = z
  .object({
    /** Device and inode. */
    file: z.string(),
    /** Number of bytes in complete lines that were passed on. */
    offset: z.int().nonnegative(),
    /** The last of these bytes, in base64, to detect that the file was rewritten. */
    mark: z.string(),
  })
  .readonly();

/** How far a file was read, to continue after a restart. */
export type Position = z.infer<typeof positionSchema>;

/** Stores a position in a file, atomically. */
export class PositionFile {
  #written = '';

  constructor(private readonly path: string) {}

  /** Null if there is none, or it can't be read: then the reader starts at the end. */
  async load(): Promise<Position | null> {
    try {
      const parsed = positionSchema.safeParse(JSON.parse(await readFile(this.path, 'utf8')));
      return parsed.success ? parsed.data : null;
    } catch {
      return null;
    }
  }

  async save(position: Position): Promise<void> {
    const text = JSON.stringify(position);
    if (text === this.#written) return;
    await writeFile(`${this.path}.new`, text, { mode: 0o600 });
    await rename(`${this.path}.new`, this.path);
    this.#written = text;
  }
}
