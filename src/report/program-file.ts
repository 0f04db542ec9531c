import { posix } from 'node:path';
import { isInterpreter } from '../ecosystems/image-programs.js';
import type { ProcessStart } from './process-tree.js';

/** Options of those whose next word is a program, not a file: what follows was given in the command line itself. */
const INLINE = /^(?:-\w*[cep]|--eval|--print|-)$/;

/** A word of a program's command line, taken for a path: absolute, from where the program was started. */
export function pathSaid({ cwd }: ProcessStart, word: string): string {
  return posix.resolve(cwd === '' ? '/' : cwd, word);
}

/** The script that an interpreter was told to run, absolute; undefined where a program is none or was given no file. */
export function scriptOf(start: ProcessStart): string | undefined {
  if (!isInterpreter(start.exepath)) return undefined;
  for (const word of start.cmdline.split(' ').slice(1)) {
    if (INLINE.test(word)) return undefined;
    if (word !== '' && !word.startsWith('-')) return pathSaid(start, word);
  }
  return undefined;
}

/** The file whose code a program runs: the interpreter's script, else the program's own file. */
export function programFile(start: ProcessStart): string {
  return scriptOf(start) ?? start.exepath;
}
