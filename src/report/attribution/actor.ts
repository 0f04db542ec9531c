import type { InstalledPackage } from '../../ecosystems/installed-package.js';
import { HOME, OPT, PROJECT } from '../../ecosystems/places.js';
import { type Alert, alertTimeNs } from '../../falco/alert.js';
import { isWithin, touchedFiles } from '../evidence/touched-files.js';
import { type AuthoredWrite, writtenCode } from './authored-write.js';
import { doesNothing, handedTo } from './handed-over.js';
import { isOfImage } from './image-files.js';
import type { PackageIndex } from './package-index.js';
import { type AtWork, PlantedFiles } from './planted-files.js';
import type { ProcessStart } from './process-tree.js';
import { pathSaid, programFile, saidRun, scriptOf } from './program-file.js';

/** Programs of the image, besides interpreted ones, that take what they do from files of the folder they work in. */
const BUILD_TOOL = /\/(?:make|gmake|ninja|cmake|git)$/;
/** Those that run what a file of that folder says, and do nothing else. */
const MAKER = /\/(?:make|gmake|ninja)$/;

/** What packages wrote that others may run. */
export interface Written {
  /** In other packages' folders. */
  readonly foreignWrites: readonly AuthoredWrite[];
  /** Where no package's code lies. */
  readonly planted: PlantedFiles;
}

/** Where nothing is known of writes. */
export const NOTHING_WRITTEN: Written = { foreignWrites: [], planted: new PlantedFiles() };

/** What tells whose code a process ran. */
export interface ActorContext {
  readonly packages: PackageIndex;
  readonly written: Written;
}

/** What of an alert tells who did it. */
export type Told = Pick<Alert, 'time' | 'fields'>;

/** Whose code did something. */
export interface Actor {
  readonly by: InstalledPackage;
  /** Whose code ran in the same process too, so that which of them did it can't be told. */
  readonly orBy: readonly InstalledPackage[];
}

/** Something that was done in the step of `owner`. */
interface Deed extends ActorContext {
  readonly alert: Told;
  readonly time: bigint;
  readonly owner: InstalledPackage;
}

/**
 * The package whose code did something in the step of `owner`. The nearest program decides that is a file of a package, or an
 * interpreter that was told to run one (as a script, as its standard input, or by a text that does nothing else): whoever wrote that file before (wherever it lies), or code that the program had loaded, else the package that it was delivered with. A program of
 * the image (`cat`, `sh -c …`) does what its caller says, so the search goes on there; a program that only hands on what its own
 * arguments say (`cross-env … COMMAND`, `rimraf FOLDER`) is not the author of that either. Where no file of another package is
 * found, it is `owner` itself, or whoever wrote code in its folder.
 * `programs`: of the process and those above it up to the step's first one, the latest first.
 */
export function actorOf(
  alert: Told,
  programs: readonly ProcessStart[],
  owner: InstalledPackage,
  context: ActorContext,
): Actor {
  const deed: Deed = { ...context, alert, owner, time: alertTimeNs(alert) };
  let order: ProcessStart | undefined;
  let passedOn: readonly string[] = [];
  const doubted: InstalledPackage[] = [];
  for (const [index, program] of programs.entries()) {
    const atWork = { owner, programs: programs.slice(index) };
    const pids = index === 0 ? [program.pid, Number(alert.fields['proc.pid'])] : [program.pid];
    const read = deed.written.planted.loadedBy(pids, deed.time, atWork);
    if (read?.isByChoice === false) return only(read.planter);
    if (read !== undefined) doubted.push(read.planter);
    if (program.loads !== null) {
      const found = loaded(program, program.loads, atWork, order, deed);
      if (found !== undefined) return besides(found, doubted);
      passedOn = program.carries;
    } else if (!program.carries.some((variable) => passedOn.includes(variable))) {
      // A program that only hands such a variable on did not choose it.
      const found = ran(program, atWork, order, deed);
      if (found === 'owner') break;
      if (found !== undefined) return besides(found, doubted);
    }
    order = program;
  }
  return besides(only(changerOf(owner, deed.time, deed.written.foreignWrites)), doubted);
}

/** With those whose files were read there, so that it may have been theirs. */
function besides({ by, orBy }: Actor, doubted: readonly InstalledPackage[]): Actor {
  const others = [...new Set([...orBy, ...doubted])].filter((other) => other !== by);
  return { by, orBy: others };
}

function only(by: InstalledPackage): Actor {
  return { by, orBy: [] };
}

/** Of a program that was told to load files besides its own: what it does may be theirs, so its own file says nothing. */
function loaded(
  program: ProcessStart,
  words: readonly string[],
  atWork: AtWork,
  order: ProcessStart | undefined,
  deed: Deed,
): Actor | undefined {
  const { packages, owner, written } = deed;
  const files = words.flatMap((word) => fileSaid(program, word, packages) ?? []);
  const by = files.map((file) => owningCode(file, packages)).find((pkg) => pkg !== undefined);
  if (by === undefined) {
    const planters = files.map((file) => written.planted.planterOf(file, program.time, atWork));
    const planter = planters.find((pkg) => pkg !== undefined);
    return planter && only(changerOf(planter, program.time, written.foreignWrites));
  }
  const changer = changerOf(by, program.time, written.foreignWrites);
  if (changer === owner || !hasOwnCode(program, order, deed)) return only(changer);
  const chose = atWork.programs.slice(1).find((above) => !above.carries.some((one) => program.carries.includes(one)));
  const chooser = chose && owningCode(packages.fileOf(programFile(chose)), packages);
  return chooser === by ? only(changer) : { by: owner, orBy: [changer] };
}

/** Whether code of the step's own package, or what that one said, ran in the process too. */
function hasOwnCode(program: ProcessStart, order: ProcessStart | undefined, { packages, owner, alert }: Deed): boolean {
  const run = saidRun(program);
  if (run === undefined) return handsOn(program, order, alert);
  if (run.code.from !== 'file') return !doesNothing(run.code);
  return packages.owning(run.code.path) === owner || handsOn(program, order, alert);
}

/** Of a program with nothing but its own code; `owner` where the files of the step's own package say what it does. */
function ran(
  program: ProcessStart,
  atWork: AtWork,
  order: ProcessStart | undefined,
  { packages, owner, alert, written: { foreignWrites, planted } }: Deed,
): Actor | 'owner' | undefined {
  const handed = handedTo(program);
  const said = handed === undefined ? codeFile(program) : fileSaid(program, handed, packages);
  if (said === undefined) return undefined;
  const file = packages.fileOf(said);
  if (file.startsWith(`${OPT}/`)) return 'owner';
  // The name of a command may have been made to lead elsewhere than it did when it was fetched.
  const isOfIt = ({ path }: AuthoredWrite): boolean => path === file || path === said;
  const writer = foreignWrites.find((write) => isOfIt(write) && isBefore(write, program.time));
  if (writer !== undefined) return only(writer.writer);
  const byOther = planted.planterOf(file, program.time, atWork) ?? planted.planterOf(said, program.time, atWork);
  if (byOther !== undefined) return only(byOther);
  const folder = ordersFrom(program);
  if (folder !== undefined && packages.owning(folder) === owner) return 'owner';
  const by = owningCode(
    MAKER.test(program.exepath) && !SAYS_MORE.test(program.cmdline) ? (folder ?? file) : file,
    packages,
  );
  if (by === undefined) return undefined;
  const changer = changerOf(by, program.time, foreignWrites);
  const runtime = owningCode(program.exepath, packages);
  if (runtime !== undefined && runtime !== by && SHADOWED.test(program.exepath))
    return { by: runtime, orBy: [changer] };
  if (by !== owner && handed === undefined && handsOn(program, order, alert)) return undefined;
  return only(changer);
}

/** Interpreters that the image has: one of a package that stands before them runs what was meant for another. */
const SHADOWED = /\/(?:node|(?:ba|da)?sh|python3?|perl|ruby)$/;

/** The file whose code a program runs; undefined where its text, or what comes through a pipe, is its caller's. */
function codeFile(program: ProcessStart): string | undefined {
  const run = saidRun(program);
  if (run === undefined) return program.exepath;
  if (run.code.from === 'file') return run.code.path;
  return SHADOWED.test(program.exepath) ? program.exepath : undefined;
}

/** Who wrote code in a package's folder before: what that package then does is theirs. */
export function changerOf(pkg: InstalledPackage, time: bigint, writes: readonly AuthoredWrite[]): InstalledPackage {
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

/** Where a word leads from where a program was started: a path, or a module's name. */
function fileSaid(program: ProcessStart, word: string, packages: PackageIndex): string | undefined {
  if (/^\.{0,2}\//.test(word)) return packages.fileOf(pathSaid(program, word));
  const [, name, rest = ''] = /^((?:@[^/]+\/)?[^/]+)(\/.*)?$/.exec(word) ?? [];
  const from = packages.owning(program.cwd);
  const module = name === undefined || from === undefined ? undefined : packages.resolve(from, name);
  return module === undefined ? undefined : `${module.realPath}${rest}`;
}

/** Where `make`, or a script of the image (npm, node-gyp), works: the folder's files say what is done. Undefined of other programs. */
function ordersFrom(program: ProcessStart): string | undefined {
  const script = scriptOf(program);
  if (script !== undefined) return isOfImage(script) ? program.cwd : undefined;
  if (!BUILD_TOOL.test(program.exepath)) return undefined;
  const elsewhere = [...program.cmdline.matchAll(ELSEWHERE)].map(([, named]) => named ?? '');
  // Folders first, then a file in the last one: it alone says what is done.
  return elsewhere.reduce((from, named) => pathSaid({ cwd: from }, named), program.cwd);
}

/** The options of `make`, `ninja` and `git` that name another folder, or a file that says what is done. */
const ELSEWHERE = / (?:-C|-f|--directory|--file|--makefile)[ =]?([^ =-][^ ]*)/g;
/** What their caller says by options: rules and variables of his own. */
const SAYS_MORE = /--eval|[ ]-c|[\w.]+:?=|-f.* -C|-f.* -f/;

/**
 * Whether a program's own arguments say what was done: the command that it started, or the file that was touched. Then whoever
 * called it said so.
 */
function handsOn(program: ProcessStart, order: ProcessStart | undefined, alert: Told): boolean {
  const said = argumentsOf(program);
  if (order !== undefined) {
    const command = unquoted(argumentsOf(order).replace(/^-\w*[cep] /, ''));
    return command !== '' && unquoted(said).includes(command);
  }
  // Its caller chose the folder that it works in, too.
  const words = said.split(' ').filter((word) => word !== '' && !word.startsWith('-'));
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
