import { unreadableLock, withoutFrames } from '../failure.js';
import type { FoundProject } from '../project.js';
import { lockVersionOf } from './edition.js';

const LOCK_FILE = 'pnpm-lock.yaml';
const CODE = /\bERR_PNPM_\w+/;
/** pnpm 12 draws its errors as a tree: `×` what failed, `╰─▶` the cause, with continuation lines indented. */
const CAUSE = /^\s*[├╰]─▶ /;
/** The lowest lockfileVersion that any edition here can read: projects with it get that edition. */
const OLDEST_READ = 6;
const NO_LOCK = /requires a pnpm-lock\.yaml file|pnpm-lock\.yaml is absent/;

/** See `PackageManager.failure`. `version`: of the pnpm that ran. */
export function failure(lines: readonly string[], project: FoundProject, version: string): string | undefined {
  const code = CODE.exec(lines.find((line) => CODE.test(line)) ?? '')?.[0];
  const message = drawn(lines) ?? printed(lines);
  const text = message === undefined ? '' : message.replace(/^ERR_PNPM_\w+\s*/, '');
  const head = project.heads[LOCK_FILE];
  if (head !== undefined) {
    if (NO_LOCK.test(text)) return unreadableLock(LOCK_FILE, head, otherForm(project, version));
    if (code === 'ERR_PNPM_BROKEN_LOCKFILE') {
      return unreadableLock(LOCK_FILE, head, text.replace(/^The lockfile at "[^"]*" is broken: /, ''));
    }
    if (code === 'ERR_PNPM_OUTDATED_LOCKFILE') return `${LOCK_FILE} does not match package.json: ${text}`;
  }
  if (text === '') return code;
  return code === undefined ? text : `${code}: ${text}`;
}

/** The causes as drawn by pnpm 12. */
function drawn(lines: readonly string[]): string | undefined {
  const start = lines.findIndex((line) => CAUSE.test(line));
  if (start < 0) return undefined;
  const rest = withoutFrames(lines.slice(start).map((line) => line.replace(CAUSE, '    ')));
  const end = rest.findIndex((line) => !/^\s{4}/.test(line));
  // A path or a hash may be broken across two lines.
  return (end < 0 ? rest : rest.slice(0, end)).reduce((all, line) => {
    return all === '' || /[/-]$/.test(all) ? `${all}${line.trim()}` : `${all} ${line.trim()}`;
  }, '');
}

/** The line with the code, as printed by pnpm 9 and 10, and the following ones. */
function printed(lines: readonly string[]): string | undefined {
  const start = lines.findIndex((line) => CODE.test(line));
  if (start < 0) return undefined;
  const rest = withoutFrames(lines.slice(start, start + 3)).map((line) => line.trim());
  return rest.filter((line) => !line.startsWith('Note that in CI environments')).join(' ');
}

function otherForm(project: FoundProject, version: string): string {
  const lockVersion = lockVersionOf(project);
  if (lockVersion === undefined) return '';
  const isOld = Number.parseFloat(lockVersion) < OLDEST_READ;
  return `its lockfileVersion ${lockVersion} is too ${isOld ? 'old' : 'new'} for pnpm ${version}`;
}
