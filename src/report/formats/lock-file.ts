import type { Report } from '../report.js';

const LOCK_FILES: Readonly<Record<string, string>> = {
  npm: 'package-lock.json',
  yarn: 'yarn.lock',
  pnpm: 'pnpm-lock.yaml',
  bundler: 'Gemfile.lock',
};

/**
 * The file of the project's root that decides what was installed. npm installs with `npm ci` where there is a lock file;
 * without one the manifest decides.
 */
export function lockFileOf(report: Report): string {
  const install = report.phases.find(({ name }) => name === 'install')?.command ?? '';
  if (report.ecosystem === 'npm' && install.startsWith('npm install')) return 'package.json';
  return LOCK_FILES[report.ecosystem] ?? 'package.json';
}
