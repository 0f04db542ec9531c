import type { PackageRef } from '../finding.js';
import type { Report } from '../report.js';
import { reportedManager } from '../reported-manager.js';
import { specOf } from '../spec.js';

/** The file of the project's root that decided what was installed, as far as the report knows; else the usual one of its manager. */
export function lockFileOf(report: Report): string {
  return report.lockFile?.file ?? report.manager?.decidedBy ?? reportedManager(report).lock.usual;
}

/** The line of `file` (a path of the repository) that names a package, as far as the report knows; else the first one. */
export function lineOf(report: Report, file: string, by: PackageRef | null): number {
  const { lockFile } = report;
  if (lockFile === undefined || by === null || file.split('/').at(-1) !== lockFile.file) return 1;
  return lockFile.lines[specOf(by)] ?? 1;
}
