import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FullReport } from '../../jobs/full-report.js';
import type { Line } from './list.js';

/** What was measured so far, a report for each line, in a folder. */
export class Results {
  /** Where reports lie that count. */
  readonly reports: string;
  readonly #incomplete: string;

  constructor(folder: string) {
    this.reports = join(folder, 'reports');
    this.#incomplete = join(folder, 'incomplete');
  }

  has({ slug }: Line): boolean {
    return existsSync(join(this.reports, `${slug}.json`));
  }

  /** `isUsable`: whether something can be learned from it; if not it is kept apart. */
  async keep({ slug }: Line, report: FullReport, isUsable: boolean): Promise<void> {
    const apart = join(this.#incomplete, `${slug}.json`);
    await writeWhole(isUsable ? join(this.reports, `${slug}.json`) : apart, report);
    if (isUsable) await rm(apart, { force: true });
  }
}

/** As JSON, all of it or nothing: a file that is there is complete. */
export async function writeWhole(file: string, content: unknown): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const half = `${file}.half`;
  await writeFile(half, `${JSON.stringify(content, null, 1)}\n`);
  await rename(half, file);
}
