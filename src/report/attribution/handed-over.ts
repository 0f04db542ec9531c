import { type SaidCode, type SaidProgram, saidRun } from './program-file.js';

/** A file's name without anything that a shell or a language would take for more than a name. */
const NAME = String.raw`["'\x60]?([\w@./+-]+)["'\x60]?`;
const INTERPRETER = String.raw`(?:\S*/)?(?:node|bun|deno|(?:ba|da)?sh|python3?|perl|ruby)`;
/** A shell's command that does nothing but to have one file's content run. */
const SHELL = [
  String.raw`(?:\.|source) ${NAME}`,
  `${INTERPRETER}(?: -s?)? ?0?< ?${NAME}`,
  String.raw`cat ${NAME} ?\| ?${INTERPRETER}(?: -s?)?`,
  String.raw`${INTERPRETER} <\(cat ${NAME}\)`,
  String.raw`(?:${INTERPRETER} -(?:c|e)|eval) "?\$\((?:cat |< ?)${NAME}\)"?`,
  String.raw`(?:${INTERPRETER} -(?:c|e)|eval) "?\x60cat ${NAME}\x60"?`,
  `make(?: -s)? (?:-C|-f) ?${NAME}`,
].map((form) => new RegExp(`^(?:exec )?${form}$`));

/** What of a shell's text says nothing of its own. */
const SILENT = /^(?:set [-+]\w+|true|exit \d+|:)$/;
/** Where output goes. */
const OUTPUT = / ?(?:[012&]?>>? ?(?:\/dev\/null|&[12]))/g;

const REQUIRED = String.raw`(?:await )?(?:require|import)\(${NAME}\)(?:\.default)?(?:\(\))?`;
const READ = String.raw`(?:require\(['"](?:node:)?fs['"]\)|fs)\.readFileSync\(${NAME}(?:, ?['"]utf-?8['"])?\)(?:\.toString\(\)|\+["']{2})?`;
/** The same in other languages. */
const OTHER = [
  REQUIRED,
  String.raw`(?:\(0, ?)?eval\)?\(${READ}\)`,
  String.raw`exec\(open\(${NAME}\)\.read\(\)\)`,
  String.raw`(?:do|require|load|require_relative) ?\(?${NAME}\)?`,
  String.raw`eval\(?(?: ?File\.read)\(?${NAME}\)?\)?`,
].map((form) => new RegExp(`^${form};?$`));

const SHELL_PROGRAM = /\/(?:(?:ba|da)?sh|busybox)$/;

/**
 * The file to which a program's text hands over: the text in its command line (`sh -c …`, `node -e …`) has one file's content run and
 * does nothing else, so what is done is that file's. As a word: a path, or a module's name. A text that does more, or that can't be
 * read so, is its author's.
 */
export function handedTo(program: SaidProgram): string | undefined {
  const code = saidRun(program)?.code;
  if (code?.from !== 'text') return undefined;
  const files = SHELL_PROGRAM.test(program.exepath) ? inShell(code) : inOther(code);
  const [first] = files ?? [];
  return first !== undefined && files?.every((file) => file === first) ? first : undefined;
}

/** Whether a program's text does nothing at all: what is done then is the doing of what it was told to load before. */
export function doesNothing(code: SaidCode): boolean {
  return code.from === 'text' && /^(?:["']{0,2}|[01]|;|void 0|null|undefined|true|false|pass)$/.test(code.text.trim());
}

/** Undefined where a part is something else. */
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
