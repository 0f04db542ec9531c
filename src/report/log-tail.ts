import { plain } from './plain.js';
import type { Report } from './report.js';

/** Colours and cursor movements (ECMA-48, 5.4): in a log they are noise. */
const SEQUENCE = /\u001b\[[0-?]*[ -/]*[@-~]/g;

/** The last lines of the log, fit to be shown, where the install did not end well: they say why. Else none. */
export function logTail({ phases, log }: Report, max: number): readonly string[] {
  const install = phases.find(({ name }) => name === 'install');
  if (install === undefined || (install.exitCode === 0 && !install.timedOut)) return [];
  return log
    .split('\n')
    .map((line) => plain(line.replace(SEQUENCE, '').trimEnd()))
    .filter((line) => line !== '')
    .slice(-max);
}
