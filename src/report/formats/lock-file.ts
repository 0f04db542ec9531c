import { decidingFiles } from '../lock-lines.js';
import type { PackageRef, Report } from '../report.js';
import { specOf } from '../spec.js';

/**
 * The file of the project's root that decides what was installed. npm installs with `npm ci` where there is a lock file;
 * without one the manifest decides.
 */
export function lockFileOf(report: Report): string {
  if (report.lockFile !== undefined) return report.lockFile.file;
  const manager = report.manager?.name ?? report.ecosystem;
  const install = report.phases.find(({ name }) => name === 'install')?.command ?? '';
  if (manager === 'npm') return install.startsWith('npm install') ? 'package.json' : 'package-lock.json';
  return decidingFiles(manager)[0] ?? 'package.json';
}

/** The line of `file` (a path of the repository) that names a package, as far as the report knows; else the first one. */
export function lineOf(report: Report, file: string, by: PackageRef | null): number {
  const { lockFile } = report;
  if (lockFile === undefined || by === null || file.split('/').at(-1) !== lockFile.file) return 1;
  return lockFile.lines[specOf(by)] ?? 1;
}
