import type { Alert } from '../../../falco/alert.js';
import type { ProcessStart } from '../../attribution/processes/process-tree.js';

/** The image's own ps (Debian's procps), on a root file system that no package can write to. */
const PS = '/usr/bin/ps';
/** Options that take a value: what is shown, how it is sorted, whose processes are listed. */
const TAKES_VALUE =
  /^(?:-[A-Za-z]*[oOCuUgGtpqs]|--(?:format|sort|user|group|pid|ppid|tty|cols|columns|width|rows|lines))$/;
/** Options without a dash, in BSD style, except `e`: that one shows environments. */
const BSD = /^[A-Za-df-z]+$/;
const BSD_TAKES_VALUE = /[oO]$/;
const VALUE = /^[\w%,=:.+-]+$/;

/**
 * Whether a process is the image's `ps` and was not told to show environments. `ps` opens the environment of each process that it
 * lists, but shows it only on request (ps(1), `e`; procps 4.0.2). So a library that looks for its child processes
 * (`ps -A -o ppid,pid`) does not read any credentials.
 */
export function listsProcesses({
  exepath,
  cmdline,
  loads,
}: Pick<ProcessStart, 'exepath' | 'cmdline' | 'loads'>): boolean {
  if (exepath !== PS || loads !== null) return false;
  const [, ...words] = cmdline.split(' ');
  let isValue = false;
  for (const word of words) {
    if (!VALUE.test(word) || word.includes('environ')) return false;
    const isOption = word.startsWith('-') || /^[\d,]+$/.test(word) || BSD.test(word);
    if (!isValue && !isOption) return false;
    isValue = !isValue && (word.startsWith('-') ? TAKES_VALUE : BSD_TAKES_VALUE).test(word);
  }
  return true;
}

/** Why opening another process's environment does not count as reading credentials. */
export const PROCESS_LIST = 'the list of processes opens the environment of each process, but was not asked to show it';

/** Whether an alert is about an environment that `ps` opened to list processes. `program`: the latest program of the process. */
export function isOfProcessList({ fields }: Pick<Alert, 'fields'>, program: ProcessStart | undefined): boolean {
  const isEnvironment = /^\/proc\/\d+\/environ$/.test(fields['fd.name'] ?? '');
  return isEnvironment && program !== undefined && listsProcesses(program);
}
