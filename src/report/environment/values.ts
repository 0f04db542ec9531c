import { pathSaid, type SaidProgram } from '../attribution/processes/program-file.js';

/** Options of Node and Bun that load code before the program's own (`node --help`, Node 24). */
const LOADING = /^(?:-r|--require|--import|--loader|--experimental-loader|--preload)$/;

/** The files loaded by the options in the value of a variable. */
export function filesInOptions(options: string): readonly string[] {
  const found: string[] = [];
  const given = words(options, /\s+/);
  for (const [index, word] of given.entries()) {
    const [name = '', value] = splitOnce(word);
    if (LOADING.test(name)) found.push(plainName(value ?? given[index + 1] ?? ''));
  }
  return found;
}

/** Node accepts quotation marks in NODE_OPTIONS, for names with blanks, and file URLs. */
export function plainName(word: string): string {
  return word.replaceAll('"', '').replace(/^file:\/\//, '');
}

/** The values of one-letter options, with or without a blank in between. */
export function valuesOf(option: RegExp, options: string): readonly string[] {
  const given = words(options, /\s+/);
  return given.flatMap((word, index) => {
    if (!option.test(word)) return [];
    return word.replace(/^-?\w/, '') || (given[index + 1] ?? '');
  });
}

export function words(text: string, separator: RegExp): readonly string[] {
  return text.split(separator).filter((word) => word !== '');
}

/** The name of a program, alone or with simple options: its file is observed when the program is started. */
const PLAIN_COMMAND = /^[\w./+-]+(?: -[\w.,=+-]+)*$/;

/**
 * For variables that contain a command: its program, if that is named by a path. A command that is more than a program with simple options
 * is code without a file.
 */
export const commandIn = {
  files: (value: string, program: SaidProgram): readonly string[] => {
    const [first = ''] = words(value, /\s+/);
    return first.includes('/') ? [pathSaid(program, first)] : [];
  },
  folders: (value: string): readonly string[] => (PLAIN_COMMAND.test(value) ? [] : ['.']),
} as const;

/** Options that make a compiler run other programs, or load a plugin. */
export function pluginsIn(value: string): readonly string[] {
  return /-fplugin|-wrapper|-specs|-fuse-ld=\/|--plugin|(?:^| )(?:-B|@)/.test(value) ? ['.'] : [];
}

function splitOnce(word: string): readonly [string, string | undefined] {
  const at = word.indexOf('=');
  return at === -1 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}
