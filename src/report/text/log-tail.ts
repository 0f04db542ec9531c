import type { Report } from '../report.js';
import { plain } from './plain.js';

/** Colours and cursor movements (ECMA-48, 5.4): in a log they are noise. */
const SEQUENCE = /\u001b\[[0-?]*[ -/]*[@-~]/g;
/** A line of a frame that is drawn around a text, e.g. `║ Use this ║`. */
const FRAMED = /^\s*[│┃║]\s*(.*?)\s*[│┃║]$/;
/** A line that is drawn, and nothing else. */
const DRAWN = /^[\s\u2500-\u259f]*$/;
/** Of a log in a reason: of a program's own words, and of what says how it ended. */
const REASON_LINES = 4;
const REASON_CHARS = 400;
/** What a line says that tells why a program failed. */
const TELLING =
  /\berr(?:or)?\b|ERR_|[a-z]Error\b|exception|\bfatal\b|\bfail|\bcan ?not\b|\bcan't\b|could(?: not|n't)\b/i;
const STACK_FRAME = /^\s+at /;

/** The last lines of the log, fit to be shown, where fetch or install did not end well: they say why. Else none. */
export function logTail({ phases, log }: Report, max: number): readonly string[] {
  const went = phases.filter(({ name }) => name === 'fetch' || name === 'install');
  if (went.every(({ exitCode, timedOut }) => exitCode === 0 && !timedOut)) return [];
  return logLines(log).slice(-max);
}

/** The end of what a program printed, on one line, for a reason. */
export function lastLines(log: string): string {
  const text = logLines(log).slice(-REASON_LINES).join(' | ');
  return text.length <= REASON_CHARS ? text : `…${text.slice(-REASON_CHARS)}`;
}

/** From the first line that looks like an error on, for a reason; the end of the log where none does. */
export function errorLines(log: string): string {
  const lines = logLines(log).filter((line) => !STACK_FRAME.test(line));
  const first = lines.findIndex((line) => TELLING.test(line));
  return first < 0 ? lastLines(log) : lines.slice(first, first + REASON_LINES).join(' | ');
}

/** What a program printed, line by line, fit to be shown; none is empty, and of what is framed the text alone. */
export function logLines(log: string): readonly string[] {
  return log
    .split('\n')
    .map((line) => plain(line.replace(SEQUENCE, '').replaceAll('\t', ' ').trimEnd()))
    .map((line) => (DRAWN.test(line) ? '' : line.replace(FRAMED, '$1')))
    .filter((line) => line !== '');
}
