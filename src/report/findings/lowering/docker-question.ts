import type { ProcessStart } from '../../attribution/processes/process-tree.js';

/** The image's `docker` is a script that this shell runs. */
const SHELL = '/usr/bin/dash';
const DOCKER = '/usr/local/bin/docker';
const VERSION: ReadonlySet<string> = new Set(['version', '--version', '-v']);
const FORMAT: ReadonlySet<string> = new Set(['-f', '--format']);

/**
 * Whether a process is the image's docker, and is asked for its version and nothing else: `docker version -f TEMPLATE`. Another option
 * may name another engine (`-H`) or settings whose programs docker would start (`--config`).
 */
export function asksDockerVersion(
  program: Pick<ProcessStart, 'exepath' | 'cmdline' | 'loads' | 'argumentCount'>,
): boolean {
  const { exepath, cmdline, loads, argumentCount } = program;
  const [, file, command = '', option = '', ...rest] = cmdline.split(' ');
  if (exepath !== SHELL || file !== DOCKER || loads !== null || !VERSION.has(command)) return false;
  if (option === '') return argumentCount === 2;
  return FORMAT.has(option) && rest.length === 1 && argumentCount === 4;
}
