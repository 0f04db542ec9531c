import { join } from 'node:path/posix';
import type { Logger } from 'pino';
import { decidingFiles, linesOf } from '../report/parts/lock-lines.js';
import type { Report } from '../report/report.js';
import type { BlobStore } from './ports.js';

/** Enough for a lock file with some 40,000 packages. */
const MAX_FILE_BYTES = 16 * 1024 ** 2;

/** Where to find the job's archive, and the project in it. */
export interface ArchivePlace {
  readonly blobs: BlobStore;
  readonly key: string;
  /** Folder of the project in the archive; empty at its top. */
  readonly folder: string;
}

/**
 * Adds to the report which lines of the project's lock file (or manifest) name the packages of its findings. They are read from
 * the archive as it was uploaded, because packages can change the copy in the sandbox. A report is complete without these lines,
 * so a failure is only logged.
 */
export async function withLines(report: Report, { blobs, key, folder }: ArchivePlace, log: Logger): Promise<Report> {
  const packages = report.findings.flatMap(({ package: by }) => (by === null ? [] : [by]));
  if (packages.length === 0) return report;
  try {
    const names = decidingFiles(report);
    const paths = names.map((name) => join(folder, name));
    const files = await blobs.readFiles(key, { paths, maxBytes: MAX_FILE_BYTES });
    const file = names.find((name) => files.has(join(folder, name)));
    if (file === undefined) return report;
    return { ...report, lockFile: { file, lines: linesOf(file, files.get(join(folder, file)) ?? '', packages) } };
  } catch (error) {
    log.warn({ err: error, job: report.id }, 'the lines of the lock file could not be determined');
    return report;
  }
}
