import { posix } from 'node:path';
import { isInterpreter } from '../ecosystems/image-programs.js';
import type { ProcessStart } from './process-tree.js';

/** Options of those whose next word is a program, not a file: what follows was given in the command line itself. */
const INLINE = /^(?:-\w*[cep]|--eval|--print|-)$/;

/** The script that an interpreter was told to run, absolute; undefined where a program is none or was given no file. */
export function scriptOf({ exepath, cmdline, cwd }: ProcessStart): string | undefined {
  if (!isInterpreter(exepath)) return undefined;
  for (const word of cmdline.split(' ').slice(1)) {
    if (INLINE.test(word)) return undefined;
    if (word !== '' && !word.startsWith('-')) return posix.resolve(cwd === '' ? '/' : cwd, word);
  }
  return undefined;
}

/** The file whose code a program runs: the interpreter's script, else the program's own file. */
export function programFile(start: ProcessStart): string {
  return scriptOf(start) ?? start.exepath;
}
