import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';

const positionSchema = z
  .object({
    /** Device and inode. */
    file: z.string(),
    /** Bytes of whole lines that were handed on. */
    offset: z.int().nonnegative(),
    /** The last of these bytes, in base64: a file that was written anew has others there. */
    mark: z.string(),
  })
  .readonly();

/** How far a file was read: what a reader goes on from after a restart. */
export type Position = z.infer<typeof positionSchema>;

/** Keeps a position in a file of its own, whole or not at all. */
export class PositionFile {
  #written = '';

  constructor(private readonly path: string) {}

  /** Null where none is kept, or what is kept can't be read: then the reader begins at the end. */
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
