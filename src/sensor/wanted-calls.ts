import type { RuleInfo } from '../rules/index.js';
import { SYSCALLS } from './event/syscalls.js';

/**
 * Always recorded, since the state of a process (its program, working directory, user, session) and the targets of symbolic links are
 * derived from these calls.
 */
const FOLLOWED: ReadonlySet<string> = new Set([
  ...['symlink', 'symlinkat', 'link', 'linkat', 'rename', 'renameat', 'renameat2', 'unlink', 'unlinkat'],
  ...['execve', 'execveat', 'chdir', 'fchdir', 'chroot', 'pivot_root', 'setsid', 'setpgid', 'setns', 'unshare'],
  ...['setuid', 'setgid', 'setreuid', 'setregid', 'setresuid', 'setresgid'],
]);

/**
 * The numbers of the system calls that these rules need. Recording only those saves a lot: half of the system calls of an npm install are
 * mkdir, which costs nothing when no rule refers to it. A rule without event types needs all calls.
 */
export function wantedCalls(rules: readonly RuleInfo[]): readonly number[] {
  const calls = [...SYSCALLS.entries()];
  if (rules.some(({ eventTypes }) => eventTypes === undefined)) return calls.map(([nr]) => nr);
  const wanted = new Set(rules.flatMap(({ eventTypes }) => eventTypes ?? []));
  return calls.filter(([, type]) => wanted.has(type) || FOLLOWED.has(type)).map(([nr]) => nr);
}
