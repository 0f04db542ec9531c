import type { ImageProgram, PackageManager } from '../manager.js';
import { MANAGERS } from '../managers.js';
import type { ManagerName } from '../names.js';

/** Programs of the image that run the script given as their argument, by path (Debian 12). */
const INTERPRETERS = /^\/usr\/(?:local\/)?bin\/(?:node|env|ruby[\d.]*|(?:ba|da)?sh)$/;
/** Starts the interpreter of a `#!` line; the interpreter's name then comes before the script. */
const STARTER = '/usr/bin/env';

/** Such programs in any location: packages bring runtimes of their own. */
const INTERPRETER_NAMES = /\/(?:node|bun|deno|(?:ba|da)?sh|busybox|python3?[\d.]*|perl|ruby[\d.]*)$/;

const NODE_GYP = '/usr/local/lib/node_modules/npm/node_modules/node-gyp/';

/** A part of a path that leads to the parent folder. */
const LEADS_ELSEWHERE = /(?:^|\/)\.\.(?:\/|$)/;

/** Whether a program runs the file given as its first argument. */
export function isInterpreter(exepath: string): boolean {
  return INTERPRETER_NAMES.test(exepath);
}

/** How a process was started: the path of its program as the kernel knows it, and its initial command line. */
export interface StartedProgram {
  readonly exepath: string;
  readonly cmdline: string;
  /** The number of arguments; undefined if not known. */
  readonly argumentCount?: number | undefined;
}

/** The file that a process runs, and the arguments after it. */
interface Started {
  readonly file: string;
  readonly words: readonly string[];
}

/**
 * Whether a process was started as a package manager of the image: as its program, or as an interpreter of the image with the manager's
 * script as its first argument. The files are on a read-only root, so packages can't replace them.
 */
export function isPackageManager(program: StartedProgram): boolean {
  return managerNameOf(program) !== undefined;
}

/** The package manager of the image as which a process was started, if any. */
export function managerNameOf(program: StartedProgram): ManagerName | undefined {
  return managerOf(startedOf(program))?.name;
}

/**
 * Whether a process was started as a package manager of the image, in a way that only runs the manager's own code: no hooks, and no
 * manifest that is a program. `hasReadHookOf`: whether the process had opened a file that could be a hook of a manager (`hookedBy`).
 */
export function isManagerAlone(program: StartedProgram, hasReadHookOf: (manager: ImageProgram) => boolean): boolean {
  const started = startedOf(program);
  const manager = managerOf(started);
  if (started === undefined || manager === undefined) return false;
  return !manager.program.runsOthers({ words: started.words, hasReadHook: hasReadHookOf(manager.program) });
}

/** The package managers that may run a file of this name in their own process. */
export function hookedBy(path: string): readonly ImageProgram[] {
  return MANAGERS.map(({ program }) => program).filter(({ hooks }) => hooks?.test(path) ?? false);
}

/** Whether a process was started as the image's node-gyp, which builds a package in its folder `build`. */
export function isNodeGyp(program: StartedProgram): boolean {
  return startedOf(program)?.file.startsWith(NODE_GYP) ?? false;
}

/**
 * Undefined if the command line is ambiguous: a path may lead out of the image's folders, and if there are fewer arguments than words,
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

/** Packages of npm's registry that are a JavaScript runtime, or contain its program for one platform. */
const RUNTIME_PACKAGE = /^(?:bun|deno|@oven\/.+|@deno\/.+)$/;

/** Whether a package of this name is a runtime. */
export function isRuntimePackage(name: string): boolean {
  return RUNTIME_PACKAGE.test(name);
}

/** Yarn puts its folder first in the PATH of scripts: `/tmp/yarn--TIME-RANDOM/node` (yarn 1), `/tmp/xfs-RANDOM/node` (yarn 4). */
const SHIM = /^\/tmp\/(?:yarn--|xfs-)[^/]+\/node$/;

/** Whether a path is that of such a script; any program may create a file with that name. */
export function isManagerShim(path: string): boolean {
  return SHIM.test(path);
}

/** Whether a file is the program of the manager with this name. */
export function isProgramOf(manager: string, file: string): boolean {
  return MANAGERS.some(({ name, program }) => name === manager && program.files.includes(file));
}

/** Whether a path is a settings file that package managers read on every run. */
export function isManagerSettings(path: string): boolean {
  return MANAGERS.some(({ program }) => program.settings.some((end) => path.endsWith(end)));
}

/** `file` ends with a slash if it is a folder. */
function isFile(file: string, path: string): boolean {
  return file.endsWith('/') ? path.startsWith(file) : path === file;
}
