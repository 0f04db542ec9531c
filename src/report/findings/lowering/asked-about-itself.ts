/** If one of these is the only argument, a program prints information about itself and is not expected to do anything else. */
const QUESTIONS: ReadonlySet<string> = new Set(['--help', '-h', 'help', '--version', '-v', '-V', 'version']);
const NODE = 'node';

/** Whether a program's arguments only ask for its help or version. */
export function isQuestion(args: string): boolean {
  return QUESTIONS.has(args);
}

/** Whether a command line only asks a program for its help or version: `tool -v`, `node …/bin/tool -v`. */
export function asksAboutProgram(cmdline: string): boolean {
  const [program, ...rest] = cmdline.split(' ');
  const words = program === NODE ? rest.slice(1) : rest;
  return words.length === 1 && isQuestion(words[0] ?? '');
}
