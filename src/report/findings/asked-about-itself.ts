/** With one of these words alone a program tells about itself, and is not meant to do anything. */
const QUESTIONS: ReadonlySet<string> = new Set(['--help', '-h', 'help', '--version', '-v', '-V', 'version']);
const NODE = 'node';

/** Whether these are the arguments of a program that is asked for its help or version, and for nothing else. */
export function isQuestion(args: string): boolean {
  return QUESTIONS.has(args);
}

/** Whether a command line asks a program for its help or version, and for nothing else: `tool -v`, `node …/bin/tool -v`. */
export function asksAboutProgram(cmdline: string): boolean {
  const [program, ...rest] = cmdline.split(' ');
  const words = program === NODE ? rest.slice(1) : rest;
  return words.length === 1 && isQuestion(words[0] ?? '');
}
