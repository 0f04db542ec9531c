import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BehaviourData } from '../../report/behaviours/behaviour.js';
import { behavioursOf, type Measurement, unusableBecause } from '../../report/behaviours/extract.js';
import { mergeMeasurements } from '../../report/behaviours/merge.js';
import { reportSchema } from '../../report/report.js';
import { UsageError } from '../frame/usage.js';
import { HELP_COMMAND } from './options.js';
import { writeWhole } from './results.js';

/** Name of the file that holds the merged data. */
export const DATA_FILE = 'measured.json';

/** The data that was built from the reports in some folders. */
export interface Built {
  readonly data: BehaviourData;
  readonly reports: number;
  /** Files that could not be used, each with the reason. */
  readonly leftOut: readonly string[];
}

/** Merges all reports (`*.json`) of the folders, and writes the data to `out`. @throws UsageError when a folder can't be read */
export async function buildData(folders: readonly string[], out: string): Promise<Built> {
  const leftOut: string[] = [];
  const measurements: Measurement[] = [];
  for (const file of (await Promise.all(folders.map(filesOf))).flat()) {
    const measured = await measurementOf(file);
    if (typeof measured === 'string') leftOut.push(`${file}: ${measured}`);
    else measurements.push(measured);
  }
  const data = mergeMeasurements(measurements);
  await writeWhole(join(out, DATA_FILE), data);
  return { data, reports: measurements.length, leftOut };
}

async function filesOf(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new UsageError(`${folder} can't be read`, HELP_COMMAND, { cause });
  });
  return names
    .filter((name) => name.endsWith('.json') && name !== DATA_FILE)
    .sort()
    .map((name) => join(folder, name));
}

/** The measurement that a file holds; a text with the reason if it can't be used. */
async function measurementOf(file: string): Promise<Measurement | string> {
  try {
    const report = reportSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    return unusableBecause(report) ?? behavioursOf(report);
  } catch {
    return 'not a complete report of Packwarden';
  }
}
