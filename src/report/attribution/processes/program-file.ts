import { posix } from 'node:path';
import { isInterpreter } from '../../../ecosystems/image/image-programs.js';
import { optionKindsOf } from './interpreter-words.js';

/** How a process was started. */
export interface SaidProgram {
  /** The program's file, with the path reported by the kernel. */
  readonly exepath: string;
  readonly cmdline: string;
  /** Absolute path. */
  readonly cwd: string;
  /** The file used as standard input, with the path reported by the kernel; undefined if it was no file or was not reported. */
  readonly stdin?: string | undefined;
  /** The number of arguments; undefined if it was not reported. */
  readonly argumentCount?: number | undefined;
}

/** The code that an interpreter was told to run. */
export type SaidCode =
  | { readonly from: 'file'; readonly path: string }
  /** Code in the command line itself. */
  | { readonly from: 'text'; readonly text: string }
  /** Code read from a pipe. */
  | { readonly from: 'input' }
  /** There is an unknown option, or an argument contains blanks, so that the arguments can't be separated. */
  | { readonly from: 'unknown' };

const UNKNOWN: SaidCode = { from: 'unknown' };

/** The absolute path of a word in a program's command line, taken as a path relative to the working folder. */
export function pathSaid({ cwd }: Pick<SaidProgram, 'cwd'>, word: string): string {
  return posix.resolve(cwd === '' ? '/' : cwd, word);
}

/** The code that an interpreter was told to run, and the files that options tell it to load first. */
export interface SaidRun {
  readonly code: SaidCode;
  readonly loads: readonly string[];
}

/** Undefined for a program that is not an interpreter. */
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

/**
 * The script that an interpreter was told to run, as an absolute path; undefined if the program is no interpreter or the file is not known.
 */
export function scriptOf(start: SaidProgram): string | undefined {
  const code = saidRun(start)?.code;
  return code?.from === 'file' ? code.path : undefined;
}

/** The file whose code a program runs: the script of an interpreter, otherwise the program's own file. */
export function programFile(start: SaidProgram): string {
  return scriptOf(start) ?? start.exepath;
}

/** The text after the option for inline code, or after `=` in the same word. */
function textOf(words: readonly string[], at: number): string {
  const [, ...same] = (words[at] ?? '').split('=');
  return [...(same.length > 0 ? [same.join('=')] : []), ...words.slice(at + 1)].join(' ');
}

/** Standard input, as named by the descriptor's paths in /dev and /proc. */
const INPUT = /^\/(?:dev\/(?:stdin|fd\/0)|proc\/self\/fd\/0)$/;
/** The path of another descriptor: only the process that opened it knows the file. */
const DESCRIPTOR = /^\/(?:dev\/fd|proc\/[^/]+\/fd)\//;
/** A parent folder in a path that was cut at a blank: the complete path may lead somewhere else. */
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
