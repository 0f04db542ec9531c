import type { RuleInfo } from '../rules/index.js';
import { SYSCALLS } from './event/syscalls.js';

/** Who a process is, where it stands and whose it is, and where a symbolic link leads, can't be told without these. */
const FOLLOWED: ReadonlySet<string> = new Set([
  ...['symlink', 'symlinkat', 'link', 'linkat', 'rename', 'renameat', 'renameat2', 'unlink', 'unlinkat'],
  ...['execve', 'execveat', 'chdir', 'fchdir', 'chroot', 'pivot_root', 'setsid', 'setpgid', 'setns', 'unshare'],
  ...['setuid', 'setgid', 'setreuid', 'setregid', 'setresuid', 'setresgid'],
]);

/**
 * The calls worth recording for these rules, by number: half of what an npm install asks of the kernel is mkdir, and where
 * no rule asks for it, it costs nothing. A rule without event types wants them all.
 */
export function wantedCalls(rules: readonly RuleInfo[]): readonly number[] {
  const calls = [...SYSCALLS.entries()];
  if (rules.some(({ eventTypes }) => eventTypes === undefined)) return calls.map(([nr]) => nr);
  const wanted = new Set(rules.flatMap(({ eventTypes }) => eventTypes ?? []));
  return calls.filter(([, type]) => wanted.has(type) || FOLLOWED.has(type)).map(([nr]) => nr);
}
