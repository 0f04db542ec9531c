import { plain } from './plain.js';
import type { Report } from './report.js';

/** Colours and cursor movements (ECMA-48, 5.4): in a log they are noise. */
const SEQUENCE = /\u001b\[[0-?]*[ -/]*[@-~]/g;
/** Of a log in a reason. */
const REASON_LINES = 3;
const REASON_CHARS = 400;

/** The last lines of the log, fit to be shown, where fetch or install did not end well: they say why. Else none. */
export function logTail({ phases, log }: Report, max: number): readonly string[] {
  const went = phases.filter(({ name }) => name === 'fetch' || name === 'install');
  if (went.every(({ exitCode, timedOut }) => exitCode === 0 && !timedOut)) return [];
  return linesOf(log).slice(-max);
}

/** The end of what a program printed, on one line, for a reason. */
export function lastLines(log: string): string {
  const text = linesOf(log).slice(-REASON_LINES).join(' | ');
  return text.length <= REASON_CHARS ? text : `…${text.slice(-REASON_CHARS)}`;
}

function linesOf(log: string): readonly string[] {
  return log
    .split('\n')
    .map((line) => plain(line.replace(SEQUENCE, '').trimEnd()))
    .filter((line) => line !== '');
}
