import type { InstalledPackage } from '../../ecosystems/installed-package.js';
import { HOME, OPT, PROJECT } from '../../ecosystems/places.js';
import { type Alert, alertTimeNs } from '../../falco/alert.js';
import { isWithin, touchedFiles } from '../evidence/touched-files.js';
import { type AuthoredWrite, writtenCode } from './files/authored-write.js';
import type { PackageIndex } from './files/package-index.js';
import { type AtWork, PlantedFiles } from './files/planted-files.js';
import { doesNothing, handedTo } from './processes/handed-over.js';
import { isOfImage } from './processes/image-files.js';
import type { ProcessStart } from './processes/process-tree.js';
import { pathSaid, programFile, saidRun, scriptOf } from './processes/program-file.js';

/** Programs, other than interpreters, whose actions are determined by files in their working folder. */
const BUILD_TOOL = /\/(?:make|gmake|ninja|cmake|git)$/;
/** Those that only run the commands in a file of that folder, and do nothing of their own. */
const MAKER = /\/(?:make|gmake|ninja)$/;

/** Files written by packages that other packages may run. */
export interface Written {
  /** Writes to the folders of other packages. */
  readonly foreignWrites: readonly AuthoredWrite[];
  /** Files in places that contain no package's code. */
  readonly planted: PlantedFiles;
}

/** For callers that have no information about writes. */
export const NOTHING_WRITTEN: Written = { foreignWrites: [], planted: new PlantedFiles() };

/** The information needed to decide which package's code a process ran. */
export interface ActorContext {
  readonly packages: PackageIndex;
  readonly written: Written;
}

/** The parts of an alert that are needed for attribution. */
export type AlertData = Pick<Alert, 'time' | 'fields'>;

/** The package that an action is attributed to. */
export interface Actor {
  readonly by: InstalledPackage;
  /** Other packages whose code ran in the same process: any of them may have caused the action instead of `by`. */
  readonly orBy: readonly InstalledPackage[];
}

/** An action observed in a step that belongs to `owner`. */
interface Action extends ActorContext {
  readonly alert: AlertData;
  readonly time: bigint;
  readonly owner: InstalledPackage;
}

/**
 * The package whose code caused an action in a step of `owner`. The search starts at the process that acted and goes up to its callers. It
 * ends at the first program that is a file of a package, or an interpreter that was told to run such a file (as a script, as standard
 * input, or with a text that does nothing else). The action is then attributed to the package that wrote that file earlier (wherever it is
 * located), to the package whose code the program had loaded, or else to the package with which the file was delivered. A program of the
 * image (`cat`, `sh -c …`) does what its caller tells it, so the search goes on. So does a program that only passes on what its own
 * arguments name (`cross-env … COMMAND`, `rimraf FOLDER`). If no file of another package is found, the action is attributed to `owner`, or
 * to the package that wrote code in the owner's folder.
 * @param programs the programs of the process and of those above it up to the first one of the step, the latest first
 */
export function actorOf(
  alert: AlertData,
  programs: readonly ProcessStart[],
  owner: InstalledPackage,
  context: ActorContext,
): Actor {
  const action: Action = { ...context, alert, owner, time: alertTimeNs(alert) };
  let order: ProcessStart | undefined;
  let passedOn: readonly string[] = [];
  const doubted: InstalledPackage[] = [];
  for (const [index, program] of programs.entries()) {
    const atWork = { owner, programs: programs.slice(index) };
    const pids = index === 0 ? [program.pid, Number(alert.fields['proc.pid'])] : [program.pid];
    const read = action.written.planted.loadedBy(pids, action.time, atWork);
    if (read?.isByChoice === false) return only(read.planter);
    if (read !== undefined) doubted.push(read.planter);
    if (program.loads !== null) {
      const found = loaded(program, program.loads, atWork, order, action);
      if (found !== undefined) return withDoubted(found, doubted);
      passedOn = program.carries;
    } else if (!program.carries.some((variable) => passedOn.includes(variable))) {
      // A program that carries the same variable as the program it started only passed it on; another program chose its value.
      const found = ran(program, atWork, order, action);
      if (found === 'owner') break;
      if (found !== undefined) return withDoubted(found, doubted);
    }
    order = program;
  }
  return withDoubted(only(changerOf(owner, action.time, action.written.foreignWrites)), doubted);
}

/** Adds the packages whose files had been read, because their code may have caused the action. */
function withDoubted({ by, orBy }: Actor, doubted: readonly InstalledPackage[]): Actor {
  const others = [...new Set([...orBy, ...doubted])].filter((other) => other !== by);
  return { by, orBy: others };
}

function only(by: InstalledPackage): Actor {
  return { by, orBy: [] };
}

/**
 * Attributes a program that was told to load files in addition to its own: these may have caused the action, so the program's own file is
 * no proof.
 */
function loaded(
  program: ProcessStart,
  words: readonly string[],
  atWork: AtWork,
  order: ProcessStart | undefined,
  action: Action,
): Actor | undefined {
  const { packages, owner, written } = action;
  const files = words.flatMap((word) => fileSaid(program, word, packages) ?? []);
  const by = files.map((file) => owningCode(file, packages)).find((pkg) => pkg !== undefined);
  if (by === undefined) {
    const planters = files.map((file) => written.planted.planterOf(file, program.time, atWork));
    const planter = planters.find((pkg) => pkg !== undefined);
    return planter && only(changerOf(planter, program.time, written.foreignWrites));
  }
  const changer = changerOf(by, program.time, written.foreignWrites);
  if (changer === owner || !hasOwnCode(program, order, action)) return only(changer);
  const chose = atWork.programs.slice(1).find((above) => !above.carries.some((one) => program.carries.includes(one)));
  const chooser = chose && owningCode(packages.fileOf(programFile(chose)), packages);
  return chooser === by ? only(changer) : { by: owner, orBy: [changer] };
}

/** Whether code of the package that owns the step, or code given by it in arguments, also ran in the process. */
function hasOwnCode(
  program: ProcessStart,
  order: ProcessStart | undefined,
  { packages, owner, alert }: Action,
): boolean {
  const run = saidRun(program);
  if (run === undefined) return handsOn(program, order, alert);
  if (run.code.from !== 'file') return !doesNothing(run.code);
  return packages.owning(run.code.path) === owner || handsOn(program, order, alert);
}

/**
 * Attributes a program that runs only its own code. `owner` if it is a program of ours, or if files of the package that owns the step
 * determine what it does; undefined if that can only be said of its caller.
 */
function ran(
  program: ProcessStart,
  atWork: AtWork,
  order: ProcessStart | undefined,
  { packages, owner, alert, written: { foreignWrites, planted } }: Action,
): Actor | 'owner' | undefined {
  const handed = handedTo(program);
  const said = handed === undefined ? codeFile(program) : fileSaid(program, handed, packages);
  if (said === undefined) return undefined;
  const file = packages.fileOf(said);
  if (file.startsWith(`${OPT}/`)) return 'owner';
  // A link in a `.bin` folder may have been replaced after the fetch, so writes to the link count as well as writes to its file.
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

/** Interpreters that the image also has: if a package's own one comes first in PATH, it runs scripts that were meant for the image's. */
const SHADOWED = /\/(?:node|(?:ba|da)?sh|python3?|perl|ruby)$/;

/**
 * The file whose code a program runs. For code from a text or a pipe, which comes from the caller, it is the interpreter itself if the
 * image also has one of that name (it may be a package's), and undefined otherwise.
 */
function codeFile(program: ProcessStart): string | undefined {
  const run = saidRun(program);
  if (run === undefined) return program.exepath;
  if (run.code.from === 'file') return run.code.path;
  return SHADOWED.test(program.exepath) ? program.exepath : undefined;
}

/**
 * The package that had written code in the folder of `pkg` before: from then on, actions of `pkg` are attributed to it. Otherwise `pkg`
 * itself.
 */
export function changerOf(pkg: InstalledPackage, time: bigint, writes: readonly AuthoredWrite[]): InstalledPackage {
  return writes.find((write) => write.owner === pkg && writtenCode(write) && isBefore(write, time))?.writer ?? pkg;
}

function isBefore({ alert }: AuthoredWrite, time: bigint): boolean {
  return alertTimeNs(alert) <= time;
}

/**
 * The package with which a file was delivered. Undefined for files of the project: any package may have put them into its folder, and a
 * package that runs one of them is itself responsible for that.
 */
function owningCode(file: string, packages: PackageIndex): InstalledPackage | undefined {
  const by = packages.owning(file);
  return by === packages.root ? undefined : by;
}

/** The file that a word of a command line refers to, as seen from the working folder: a path, or the name of a module. */
function fileSaid(program: ProcessStart, word: string, packages: PackageIndex): string | undefined {
  if (/^\.{0,2}\//.test(word)) return packages.fileOf(pathSaid(program, word));
  const [, name, rest = ''] = /^((?:@[^/]+\/)?[^/]+)(\/.*)?$/.exec(word) ?? [];
  const from = packages.owning(program.cwd);
  const module = name === undefined || from === undefined ? undefined : packages.resolve(from, name);
  return module === undefined ? undefined : `${module.realPath}${rest}`;
}

/**
 * The folder or file that determines what `make`, another build tool, or a script of the image (npm, node-gyp) does; undefined for other
 * programs.
 */
function ordersFrom(program: ProcessStart): string | undefined {
  const script = scriptOf(program);
  if (script !== undefined) return isOfImage(script) ? program.cwd : undefined;
  if (!BUILD_TOOL.test(program.exepath)) return undefined;
  const elsewhere = [...program.cmdline.matchAll(ELSEWHERE)].map(([, named]) => named ?? '');
  // The folders come first. A file, if one is given, comes last, and it alone determines what is done.
  return elsewhere.reduce((from, named) => pathSaid({ cwd: from }, named), program.cwd);
}

/** The options of `make`, `ninja` and `git` that name another folder, or a file with the commands to run. */
const ELSEWHERE = / (?:-C|-f|--directory|--file|--makefile)[ =]?([^ =-][^ ]*)/g;
/** Options by which the caller adds rules and variables of its own. */
const SAYS_MORE = /--eval|[ ]-c|[\w.]+:?=|-f.* -C|-f.* -f/;

/**
 * Whether a program's own arguments name what was done: the command that it started, or the file that was touched. The action is then
 * attributed to its caller.
 */
function handsOn(program: ProcessStart, order: ProcessStart | undefined, alert: AlertData): boolean {
  const said = argumentsOf(program);
  if (order !== undefined) {
    const command = unquoted(argumentsOf(order).replace(/^-\w*[cep] /, ''));
    return command !== '' && unquoted(said).includes(command);
  }
  // Words are resolved from the working folder, which was also chosen by the caller.
  const words = said.split(' ').filter((word) => word !== '' && !word.startsWith('-'));
  const named = words.map((word) => pathSaid(program, word));
  const files = touchedFiles(alert);
  return named.some((path) => isNarrow(path) && files.some((file) => isWithin(path, file)));
}

/** Shells add and remove quotes when they pass a command on, so quotes are ignored. */
function unquoted(text: string): string {
  return text.replaceAll(/['"\\]/g, '');
}

/** Excludes the project's folder and the folders above it, because almost every file is in them. */
function isNarrow(path: string): boolean {
  return !PROJECT.startsWith(path) && path !== HOME && path !== '/';
}

/** The arguments after the program's name, or after the script's name if an interpreter runs a script. */
function argumentsOf(program: ProcessStart): string {
  const words = program.cmdline.split(' ').slice(1);
  const script = scriptOf(program);
  if (script === undefined) return words.join(' ');
  const at = words.findIndex((word) => pathSaid(program, word) === script);
  return words.slice(at + 1).join(' ');
}
