import type { Report } from '../report.js';
import { plain } from './plain.js';

/** Colours and cursor movements (ECMA-48, 5.4), which are noise in a log. */
const SEQUENCE = /\u001b\[[0-?]*[ -/]*[@-~]/g;
/** A line of text inside a frame, e.g. `║ Use this ║`. */
const FRAMED = /^\s*[│┃║]\s*(.*?)\s*[│┃║]$/;
/** A line that consists only of box-drawing characters. */
const DRAWN = /^[\s\u2500-\u259f]*$/;
/** How much of a log is quoted in the reason for a failure. */
const REASON_LINES = 4;
const REASON_CHARS = 400;
/** Matches a line that is likely to say why a program failed. */
const TELLING =
  /\berr(?:or)?\b|ERR_|[a-z]Error\b|exception|\bfatal\b|\bfail|\bcan ?not\b|\bcan't\b|could(?: not|n't)\b/i;
const STACK_FRAME = /^\s+at /;

/** The last lines of the log if fetch or install failed, because they say why; otherwise none. They are safe to display. */
export function logTail({ phases, log }: Report, max: number): readonly string[] {
  const went = phases.filter(({ name }) => name === 'fetch' || name === 'install');
  if (went.every(({ exitCode, timedOut }) => exitCode === 0 && !timedOut)) return [];
  return logLines(log).slice(-max);
}

/** The end of a program's output on one line, for quoting it in a reason. */
export function lastLines(log: string): string {
  const text = logLines(log).slice(-REASON_LINES).join(' | ');
  return text.length <= REASON_CHARS ? text : `…${text.slice(-REASON_CHARS)}`;
}

/** The output from the first line on that looks like an error, for quoting it in a reason; if there is none, the end of the output. */
export function errorLines(log: string): string {
  const lines = logLines(log).filter((line) => !STACK_FRAME.test(line));
  const first = lines.findIndex((line) => TELLING.test(line));
  return first < 0 ? lastLines(log) : lines.slice(first, first + REASON_LINES).join(' | ');
}

/** The lines of a program's output, safe to display, without empty lines and without frames around text. */
export function logLines(log: string): readonly string[] {
  return log
    .split('\n')
    .map((line) => plain(line.replace(SEQUENCE, '').replaceAll('\t', ' ').trimEnd()))
    .map((line) => (DRAWN.test(line) ? '' : line.replace(FRAMED, '$1')))
    .filter((line) => line !== '');
}
