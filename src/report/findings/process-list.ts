import type { Alert } from '../../falco/alert.js';
import type { ProcessStart } from '../attribution/process-tree.js';

/** The image's own (Debian's procps), in a root that no package can write to. */
const PS = '/usr/bin/ps';
/** Options after which a value comes: what is shown, how it is sorted, whose processes. */
const TAKES_VALUE =
  /^(?:-[A-Za-z]*[oOCuUgGtpqs]|--(?:format|sort|user|group|pid|ppid|tty|cols|columns|width|rows|lines))$/;
/** Words without a dash, in the manner of BSD: among these an `e` asks for environments. */
const BSD = /^[A-Za-df-z]+$/;
const BSD_TAKES_VALUE = /[oO]$/;
const VALUE = /^[\w%,=:.+-]+$/;

/**
 * Whether a process is the image's `ps`, asked for processes and not for their environments. It opens the environment of each process
 * that it lists and shows it only where it is told to (ps(1), `e`; procps 4.0.2), so that a library that looks for its children
 * (`ps -A -o ppid,pid`) reads nothing of anybody.
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

/** Why a read of another process's environment is no read of credentials. */
export const PROCESS_LIST = 'the list of processes opens the environment of each, and was not told to show it';

/** Whether an alert is about an environment that the list of processes opened. `program`: what the process had become. */
export function isOfProcessList({ fields }: Pick<Alert, 'fields'>, program: ProcessStart | undefined): boolean {
  const isEnvironment = /^\/proc\/\d+\/environ$/.test(fields['fd.name'] ?? '');
  return isEnvironment && program !== undefined && listsProcesses(program);
}
