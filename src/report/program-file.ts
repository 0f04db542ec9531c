import { posix } from 'node:path';
import type { ProcessStart } from './process-tree.js';

/** Programs that run the file which is their first argument. */
const INTERPRETER = /\/(?:node|bun|sh|bash|dash|busybox|python3?[\d.]*|perl|ruby[\d.]*)$/;

/** Options of those whose next word is a program, not a file: what follows was given in the command line itself. */
const INLINE = /^(?:-\w*[cep]|--eval|--print|-)$/;

/** The script that an interpreter was told to run, absolute; undefined where a program is none or was given no file. */
export function scriptOf({ exepath, cmdline, cwd }: ProcessStart): string | undefined {
  if (!INTERPRETER.test(exepath)) return undefined;
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
