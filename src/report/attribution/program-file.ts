import { posix } from 'node:path';
import { isInterpreter } from '../../ecosystems/image-programs.js';
import { optionKindsOf } from './interpreter-words.js';

/** What a process was started as. */
export interface SaidProgram {
  /** The program's file, as the kernel names it. */
  readonly exepath: string;
  readonly cmdline: string;
  /** Absolute. */
  readonly cwd: string;
  /** The file that standard input was, as the kernel names it; undefined where it was none, or where that was not told. */
  readonly stdin?: string | undefined;
  /** How many arguments there are; undefined where that was not told. */
  readonly argumentCount?: number | undefined;
}

/** What an interpreter was told to run. */
export type SaidCode =
  | { readonly from: 'file'; readonly path: string }
  /** Code in the command line itself. */
  | { readonly from: 'text'; readonly text: string }
  /** What comes through a pipe. */
  | { readonly from: 'input' }
  /** An option is not known, or an argument holds blanks, so that words can't be told from each other. */
  | { readonly from: 'unknown' };

const UNKNOWN: SaidCode = { from: 'unknown' };

/** A word of a program's command line, taken for a path: absolute, from where the program was started. */
export function pathSaid({ cwd }: Pick<SaidProgram, 'cwd'>, word: string): string {
  return posix.resolve(cwd === '' ? '/' : cwd, word);
}

/** What an interpreter was told to run, and the words of options that have it load other files before. */
export interface SaidRun {
  readonly code: SaidCode;
  readonly loads: readonly string[];
}

/** Undefined of a program that is no interpreter. */
export function saidRun(start: SaidProgram): SaidRun | undefined {
  if (!isInterpreter(start.exepath)) return undefined;
  const kinds = optionKindsOf(start.exepath);
  const words = start.cmdline.split(' ').slice(1);
  const loads: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (kinds.inline.test(word)) return { code: { from: 'text', text: textOf(words, at) }, loads };
    if (kinds.fromInput.test(word)) return { code: inputOf(start), loads };
    if (word === '--' && at + 1 < words.length) return { code: scriptAt(start, words, at + 1), loads };
    if (word === '' || !/^[-+]/.test(word)) {
      return { code: word === '' ? UNKNOWN : scriptAt(start, words, at), loads };
    }
    if (kinds.loads.test(word))
      loads.push(word.includes('=') ? word.slice(word.indexOf('=') + 1) : (words[++at] ?? ''));
    else if (kinds.takesWord.test(word)) at += 1;
    else if (!kinds.plain.test(word) && at + 1 < words.length) return { code: UNKNOWN, loads };
  }
  return { code: inputOf(start), loads };
}

/** The script that an interpreter was told to run, absolute; undefined where a program is none or no file is known. */
export function scriptOf(start: SaidProgram): string | undefined {
  const code = saidRun(start)?.code;
  return code?.from === 'file' ? code.path : undefined;
}

/** The file whose code a program runs: the interpreter's script, else the program's own file. */
export function programFile(start: SaidProgram): string {
  return scriptOf(start) ?? start.exepath;
}

/** What stands behind the option that says that code follows, or in the same word. */
function textOf(words: readonly string[], at: number): string {
  const [, ...same] = (words[at] ?? '').split('=');
  return [...(same.length > 0 ? [same.join('=')] : []), ...words.slice(at + 1)].join(' ');
}

/** Standard input as the descriptor's own names in /dev and /proc call it. */
const INPUT = /^\/(?:dev\/(?:stdin|fd\/0)|proc\/self\/fd\/0)$/;
/** What is only known where it was opened. */
const DESCRIPTOR = /^\/(?:dev\/fd|proc\/[^/]+\/fd)\//;
/** In a path that is cut at a blank: the rest leads somewhere else. */
const LEADS_ELSEWHERE = /(?:^|\/)\.\.(?:\/|$)/;

function scriptAt(start: SaidProgram, words: readonly string[], at: number): SaidCode {
  const word = words[at] ?? '';
  if (INPUT.test(word)) return inputOf(start);
  if (DESCRIPTOR.test(word)) return UNKNOWN;
  const { argumentCount } = start;
  const isCut = argumentCount !== undefined && argumentCount !== words.length;
  if (isCut && (at > 0 || words.slice(1).some((other) => LEADS_ELSEWHERE.test(other)))) return UNKNOWN;
  return { from: 'file', path: pathSaid(start, word) };
}

function inputOf({ stdin }: SaidProgram): SaidCode {
  return stdin === undefined || stdin.startsWith('/dev/') ? { from: 'input' } : { from: 'file', path: stdin };
}
