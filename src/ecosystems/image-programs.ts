import type { PackageManager } from './manager.js';
import { MANAGERS } from './managers.js';

/** Programs of the image that run a script which they are given, by their file (Debian 12). */
const INTERPRETERS = /^\/usr\/(?:local\/)?bin\/(?:node|env|ruby[\d.]*|(?:ba|da)?sh)$/;
/** It starts the interpreter of a `#!` line, whose name comes before the script then. */
const STARTER = '/usr/bin/env';

/** Programs of that kind wherever they lie: packages bring runtimes along, too. */
const INTERPRETER_NAMES = /\/(?:node|bun|deno|(?:ba|da)?sh|busybox|python3?[\d.]*|perl|ruby[\d.]*)$/;

const NODE_GYP = '/usr/local/lib/node_modules/npm/node_modules/node-gyp/';

/** A part of a path that leads out of the folder before it. */
const LEADS_ELSEWHERE = /(?:^|\/)\.\.(?:\/|$)/;

/** Whether a program runs the file which is its first argument. */
export function isInterpreter(exepath: string): boolean {
  return INTERPRETER_NAMES.test(exepath);
}

/** How a process was started: its program's file as the kernel knows it, and its command line at that time. */
export interface StartedProgram {
  readonly exepath: string;
  readonly cmdline: string;
  /** How many arguments there are; undefined where that was not told. */
  readonly argumentCount?: number | undefined;
}

/** What a process runs, and the arguments behind that. */
interface Started {
  readonly file: string;
  readonly words: readonly string[];
}

/**
 * Whether a process was started as a package manager of the image: as its program, or as an interpreter of the image that was told to
 * run its script, without options before it. The files are in a read-only root, so no package can replace them.
 */
export function isPackageManager(program: StartedProgram): boolean {
  return managerOf(startedOf(program)) !== undefined;
}

/**
 * Whether it was started as one, and in a way in which its process runs nobody's code but its own: no hooks, no manifest that is a
 * program. `hasReadHook`: whether the process had opened a file that could be a hook (`isHook`).
 */
export function isManagerAlone(program: StartedProgram, hasReadHook: boolean): boolean {
  const started = startedOf(program);
  const manager = managerOf(started);
  if (started === undefined || manager === undefined) return false;
  return !manager.program.runsOthers({ words: started.words, hasReadHook });
}

/** Whether a package manager may run a file of this name in its own process. */
export function isHook(path: string): boolean {
  return MANAGERS.some(({ program }) => program.hooks?.test(path) ?? false);
}

/** Whether a process was started as the image's node-gyp, which builds a package in its folder `build`. */
export function isNodeGyp(program: StartedProgram): boolean {
  return startedOf(program)?.file.startsWith(NODE_GYP) ?? false;
}

/**
 * Undefined where the words do not tell it: a path may lead out of the image's folders, and where there are fewer arguments than words,
 * so may what looks like the next argument.
 */
function startedOf({ exepath, cmdline, argumentCount }: StartedProgram): Started | undefined {
  const [, ...words] = cmdline.split(' ');
  if (!INTERPRETERS.test(exepath)) return { file: exepath, words };
  const [file = '', ...more] = exepath === STARTER && words[0] === 'node' ? words.slice(1) : words;
  const isJoined = argumentCount !== undefined && argumentCount !== words.length;
  if (LEADS_ELSEWHERE.test(file) || (isJoined && more.some((word) => LEADS_ELSEWHERE.test(word)))) return undefined;
  return { file, words: more };
}

function managerOf(started: Started | undefined): PackageManager | undefined {
  if (started === undefined) return undefined;
  return MANAGERS.find(({ program }) => program.files.some((file) => isFile(file, started.file)));
}

/** Packages of npm's registry that are a JavaScript runtime, or bring its program for one platform. */
const RUNTIME_PACKAGE = /^(?:bun|deno|@oven\/.+|@deno\/.+)$/;

/** Whether a package of this name is a runtime. */
export function isRuntimePackage(name: string): boolean {
  return RUNTIME_PACKAGE.test(name);
}

/** Yarn puts it before the path of the scripts that it runs: `/tmp/yarn--TIME-RANDOM/node` (yarn 1), `/tmp/xfs-RANDOM/node` (yarn 4). */
const SHIM = /^\/tmp\/(?:yarn--|xfs-)[^/]+\/node$/;

/** Whether a path is such a script's; anybody may make a file of that name. */
export function isManagerShim(path: string): boolean {
  return SHIM.test(path);
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
