import type { InstalledPackage } from '../ecosystems/installed-package.js';
import { HOME, OPT, PROJECT } from '../ecosystems/places.js';
import { type Alert, alertTimeNs } from '../falco/alert.js';
import { type AuthoredWrite, writtenCode } from './authored-write.js';
import { isOfImage } from './image-files.js';
import type { PackageIndex } from './package-index.js';
import type { ProcessStart } from './process-tree.js';
import { pathSaid, programFile, scriptOf } from './program-file.js';
import { isWithin, touchedFiles } from './touched-files.js';

/** Programs of the image, besides interpreted ones, that take what they do from files of the folder they work in. */
const BUILD_TOOL = /\/(?:make|gmake|ninja|cmake|git)$/;

/** What tells whose code a process ran. */
export interface ActorContext {
  readonly packages: PackageIndex;
  /** What packages wrote in other packages' folders. */
  readonly foreignWrites: readonly AuthoredWrite[];
}

/**
 * The package whose code did something in the step of `owner`. The nearest program decides that is a file of a package, or an
 * interpreter that was told to run one: whoever wrote that file before, else the package that it was delivered with. A program of
 * the image (`cat`, `sh -c …`) does what its caller says, so the search goes on there; a program that only hands on what its own
 * arguments say (`cross-env … COMMAND`, `rimraf FOLDER`) is not the author of that either. Where no file of another package is
 * found, it is `owner` itself, or whoever wrote code in its folder.
 * `programs`: of the process and those above it up to the step's first one, the latest first.
 */
export function actorOf(
  alert: Alert,
  programs: readonly ProcessStart[],
  owner: InstalledPackage,
  { packages, foreignWrites }: ActorContext,
): InstalledPackage {
  let order: ProcessStart | undefined;
  for (const program of programs) {
    const file = packages.fileOf(programFile(program));
    if (file.startsWith(`${OPT}/`)) break;
    const writer = foreignWrites.find((write) => write.path === file && isBefore(write, program.time));
    if (writer !== undefined) return writer.writer;
    if (takesOrdersFromFolder(program) && packages.owning(program.cwd) === owner) break;
    const by = owningCode(file, packages);
    if (by !== undefined && (by === owner || !handsOn(program, order, alert))) {
      return changerOf(by, program.time, foreignWrites);
    }
    order = program;
  }
  return changerOf(owner, alertTimeNs(alert), foreignWrites);
}

/** Who wrote code in a package's folder before: what that package then does is theirs. */
function changerOf(pkg: InstalledPackage, time: bigint, writes: readonly AuthoredWrite[]): InstalledPackage {
  return writes.find((write) => write.owner === pkg && writtenCode(write) && isBefore(write, time))?.writer ?? pkg;
}

function isBefore({ alert }: AuthoredWrite, time: bigint): boolean {
  return alertTimeNs(alert) <= time;
}

/**
 * The package that a file was delivered with. Not the project: what lies in its folder may be anybody's, and a package that runs a
 * file of the project did that itself.
 */
function owningCode(file: string, packages: PackageIndex): InstalledPackage | undefined {
  const by = packages.owning(file);
  return by === packages.root ? undefined : by;
}

/** `make`, or a script of the image (npm, node-gyp): the folder's files say what is done. */
function takesOrdersFromFolder(program: ProcessStart): boolean {
  const script = scriptOf(program);
  return script === undefined ? BUILD_TOOL.test(program.exepath) : isOfImage(script);
}

/**
 * Whether a program's own arguments say what was done: the command that it started, or the file that was touched. Then whoever
 * called it said so.
 */
function handsOn(program: ProcessStart, order: ProcessStart | undefined, alert: Alert): boolean {
  const said = argumentsOf(program);
  if (order !== undefined) {
    const command = unquoted(argumentsOf(order).replace(/^-\w*[cep] /, ''));
    return command !== '' && unquoted(said).includes(command);
  }
  const words = said.split(' ').filter((word) => word.includes('/'));
  const named = words.map((word) => pathSaid(program, word));
  const files = touchedFiles(alert);
  return named.some((path) => isNarrow(path) && files.some((file) => isWithin(path, file)));
}

/** A shell's quotes come and go on the way. */
function unquoted(text: string): string {
  return text.replaceAll(/['"\\]/g, '');
}

/** Not a folder that holds about everything. */
function isNarrow(path: string): boolean {
  return !PROJECT.startsWith(path) && path !== HOME && path !== '/';
}

/** What follows the program's name, and the script's where an interpreter runs one. */
function argumentsOf(program: ProcessStart): string {
  const words = program.cmdline.split(' ').slice(1);
  const script = scriptOf(program);
  if (script === undefined) return words.join(' ');
  const at = words.findIndex((word) => pathSaid(program, word) === script);
  return words.slice(at + 1).join(' ');
}
