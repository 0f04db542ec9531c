import { MANAGERS } from './managers.js';

/** Programs of the image that run a script which they are given, by their file (Debian 12). */
const INTERPRETERS = /^\/usr\/(?:local\/)?bin\/(?:node|env|ruby[\d.]*|(?:ba|da)?sh)$/;

/** Programs of that kind wherever they lie: packages bring runtimes along, too. */
const INTERPRETER_NAMES = /\/(?:node|bun|deno|(?:ba|da)?sh|busybox|python3?[\d.]*|perl|ruby[\d.]*)$/;

const NODE_GYP = '/usr/local/lib/node_modules/npm/node_modules/node-gyp/';

/** Whether a program runs the file which is its first argument. */
export function isInterpreter(exepath: string): boolean {
  return INTERPRETER_NAMES.test(exepath);
}

/** How a process was started: its program's file as the kernel knows it, and its command line at that time. */
export interface StartedProgram {
  readonly exepath: string;
  readonly cmdline: string;
}

/**
 * Whether a process was started as a package manager of the image: as its program, or as an interpreter of the image that was told to
 * run its script, without options before it. The files are in a read-only root, so no package can replace them.
 */
export function isPackageManager(program: StartedProgram): boolean {
  const started = startedFile(program);
  return started !== undefined && MANAGERS.some(({ program }) => program.files.some((file) => isFile(file, started)));
}

/** Whether a process was started as the image's node-gyp, which builds a package in its folder `build`. */
export function isNodeGyp(program: StartedProgram): boolean {
  return startedFile(program)?.startsWith(NODE_GYP) ?? false;
}

function startedFile({ exepath, cmdline }: StartedProgram): string | undefined {
  const [, ...words] = cmdline.split(' ');
  // `#!/usr/bin/env node`: the interpreter's name comes first.
  const script = words[0] === 'node' ? words[1] : words[0];
  return INTERPRETERS.test(exepath) ? script : exepath;
}

/** Whether a program's file is that of the manager of this name. */
export function isProgramOf(manager: string, file: string): boolean {
  return MANAGERS.some(({ name, program }) => name === manager && program.files.includes(file));
}

/** Whether a path is one of the settings files that package managers read whenever they run. */
export function isManagerSettings(path: string): boolean {
  return MANAGERS.some(({ program }) => program.settings.some((end) => path.endsWith(end)));
}

/** `file` ends in a slash where it is a folder. */
function isFile(file: string, path: string): boolean {
  return file.endsWith('/') ? path.startsWith(file) : path === file;
}
