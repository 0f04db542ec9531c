import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FullReport } from '../../jobs/full-report.js';
import type { Line } from './list.js';

/** The results so far, saved in a folder: one report for each line. */
export class Results {
  /** Folder of the usable reports. */
  readonly reports: string;
  readonly #incomplete: string;

  constructor(folder: string) {
    this.reports = join(folder, 'reports');
    this.#incomplete = join(folder, 'incomplete');
  }

  has({ slug }: Line): boolean {
    return existsSync(join(this.reports, `${slug}.json`));
  }

  /** Unusable reports go to a folder of their own, so that the next run tries their lines again. */
  async keep({ slug }: Line, report: FullReport, isUsable: boolean): Promise<void> {
    const apart = join(this.#incomplete, `${slug}.json`);
    await writeWhole(isUsable ? join(this.reports, `${slug}.json`) : apart, report);
    if (isUsable) await rm(apart, { force: true });
  }
}

/** Writes JSON atomically: a file that exists is complete. */
export async function writeWhole(file: string, content: unknown): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const half = `${file}.half`;
  await writeFile(half, `${JSON.stringify(content, null, 1)}\n`);
  await rename(half, file);
}
