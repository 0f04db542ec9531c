import { type SaidCode, type SaidProgram, saidRun } from './program-file.js';

/** A file name without characters that have a special meaning for a shell or a language. */
const NAME = String.raw`["'\x60]?([\w@./+-]+)["'\x60]?`;
const INTERPRETER = String.raw`(?:\S*/)?(?:node|bun|deno|(?:ba|da)?sh|python3?|perl|ruby)`;
/** Shell commands that only run the content of one file. */
const SHELL = [
  String.raw`(?:\.|source) ${NAME}`,
  `${INTERPRETER}(?: -s?)? ?0?< ?${NAME}`,
  String.raw`cat ${NAME} ?\| ?${INTERPRETER}(?: -s?)?`,
  String.raw`${INTERPRETER} <\(cat ${NAME}\)`,
  String.raw`(?:${INTERPRETER} -(?:c|e)|eval) "?\$\((?:cat |< ?)${NAME}\)"?`,
  String.raw`(?:${INTERPRETER} -(?:c|e)|eval) "?\x60cat ${NAME}\x60"?`,
  `make(?: -s)? (?:-C|-f) ?${NAME}`,
].map((form) => new RegExp(`^(?:exec )?${form}$`));

/** Parts of a shell text that have no effect of their own. */
const SILENT = /^(?:set [-+]\w+|true|exit \d+|:)$/;
/** Redirections of output. */
const OUTPUT = / ?(?:[012&]?>>? ?(?:\/dev\/null|&[12]))/g;

const REQUIRED = String.raw`(?:await )?(?:require|import)\(${NAME}\)(?:\.default)?(?:\(\))?`;
const READ = String.raw`(?:require\(['"](?:node:)?fs['"]\)|fs)\.readFileSync\(${NAME}(?:, ?['"]utf-?8['"])?\)(?:\.toString\(\)|\+["']{2})?`;
/** The equivalent in other languages. */
const OTHER = [
  REQUIRED,
  String.raw`(?:\(0, ?)?eval\)?\(${READ}\)`,
  String.raw`exec\(open\(${NAME}\)\.read\(\)\)`,
  String.raw`(?:do|require|load|require_relative) ?\(?${NAME}\)?`,
  String.raw`eval\(?(?: ?File\.read)\(?${NAME}\)?\)?`,
].map((form) => new RegExp(`^${form};?$`));

const SHELL_PROGRAM = /\/(?:(?:ba|da)?sh|busybox)$/;

/**
 * The file that a program's inline code (`sh -c …`, `node -e …`) runs, if it does nothing else: the action is then attributed to that file.
 * It is returned as given: a path, or the name of a module. Undefined if the text does more or is not recognised; it is then attributed to
 * its author.
 */
export function handedTo(program: SaidProgram): string | undefined {
  const code = saidRun(program)?.code;
  if (code?.from !== 'text') return undefined;
  const files = SHELL_PROGRAM.test(program.exepath) ? inShell(code) : inOther(code);
  const [first] = files ?? [];
  return first !== undefined && files?.every((file) => file === first) ? first : undefined;
}

/** Whether a program's inline code does nothing at all: any action was then caused by the files that the program was told to load first. */
export function doesNothing(code: SaidCode): boolean {
  return code.from === 'text' && /^(?:["']{0,2}|[01]|;|void 0|null|undefined|true|false|pass)$/.test(code.text.trim());
}

/** Undefined if any part of the text does something else. */
function inShell({ text }: { readonly text: string }): readonly string[] | undefined {
  const files: string[] = [];
  for (const part of text.replaceAll(OUTPUT, '').split(/&&|\|\||;|\n/)) {
    const said = part.trim();
    if (said === '' || SILENT.test(said)) continue;
    const file = nameIn(SHELL, said);
    if (file === undefined) return undefined;
    files.push(file);
  }
  return files;
}

function inOther({ text }: { readonly text: string }): readonly string[] | undefined {
  const file = nameIn(OTHER, text.trim());
  return file === undefined ? undefined : [file];
}

function nameIn(forms: readonly RegExp[], text: string): string | undefined {
  for (const form of forms) {
    const file = form.exec(text)?.[1];
    if (file !== undefined) return file;
  }
  return undefined;
}
