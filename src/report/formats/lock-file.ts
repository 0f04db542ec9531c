import type { PackageRef } from '../finding.js';
import { reportedManager } from '../parts/reported-manager.js';
import type { Report } from '../report.js';
import { specOf } from '../spec.js';

/** The file in the project's root that determined what was installed, if the report says so; otherwise the usual file of its manager. */
export function lockFileOf(report: Report): string {
  return report.lockFile?.file ?? report.manager?.decidedBy ?? reportedManager(report).lock.usual;
}

/** The line at which `file` (a path in the repository) names a package, if the report knows it; otherwise the first line. */
export function lineOf(report: Report, file: string, by: PackageRef | null): number {
  const { lockFile } = report;
  if (lockFile === undefined || by === null || file.split('/').at(-1) !== lockFile.file) return 1;
  return lockFile.lines[specOf(by)] ?? 1;
}
