import {
  isManagerAlone,
  isManagerSettings,
  isNodeGyp,
  isPackageManager,
  isProgramOf,
} from '../../../ecosystems/image/image-programs.js';
import { type InstalledPackage, isOwn } from '../../../ecosystems/installed-package.js';
import { HOME, PROJECT } from '../../../ecosystems/places.js';
import type { Alert } from '../../../falco/alert.js';
import type { Attribution } from '../../attribution/attribution.js';
import type { HookReads } from '../../attribution/files/hook-reads.js';
import type { ProcessStart } from '../../attribution/processes/process-tree.js';
import { ENCODING_FIELD, isHidden, KEPT_SECRET_RULE } from '../../evidence/found-secrets.js';
import { ENDED_FIELD, LEFT_RUNNING_RULE } from '../../evidence/left-running.js';
import { isWithin, touchedFiles } from '../../evidence/touched-files.js';
import {
  FOREIGN_WRITE_RULE,
  NEW_CODE_RULE,
  PROJECT_CHANGED_RULE,
  UNOWNED_MODULE_RULE,
} from '../detections/foreign-write.js';
import { isQuestion } from './asked-about-itself.js';
import { asksDockerVersion } from './docker-question.js';
import { type FileContext, isRuntimeAsFetched, isShimOfManager } from './fetched-programs.js';
import { asksOneSetting, listsSettings } from './git-question.js';

/** Tag of rules about files that the project's own scripts may change: CI configuration, Git settings, manifests, editor settings. */
const PROJECT_SETTINGS = 'project_settings';

/** Tag of rules about reading credentials. */
export const CREDENTIALS = 'credentials';

/** Tag of rules about key rings and private keys (the number of that behaviour). */
const KEY_RING = 'B10';

/** Tag of rules about JavaScript runtimes other than Node. */
const RUNTIME = 'runtime';

const TEMPORARY = '/tmp';
const TEMPORARY_SCRIPT_RULE = 'Interpreter runs a script from a temporary folder';

/** The rule of `rules/packwarden_persistence.yaml` for files that no more specific rule covers. */
export const OUTSIDE_RULE = 'Write outside the project';
const GIT_SETTINGS_RULE = 'Git hook written';

const ASKED_TOOL_RULE = 'Credential asked of a tool';

const ENGINE_RULE = 'Container engine contacted';

const ASSISTANT_RULE = 'AI assistant started';
/** `~/.codex/tmp/…`: links to itself and locks, which codex 0.140 creates on every start. */
const ASSISTANTS_TEMPORARY = new RegExp(`^${HOME}/\\.(?:codex|claude|gemini|cursor|continue|windsurf)/tmp(?:/|$)`);

/** The fields in which an alert names its file. */
const FILE_FIELDS = ['fd.name', 'evt.arg.newpath', 'evt.arg.path', 'evt.arg.name'] as const;

/**
 * Why what a called function did is only an observation. Sending still counts in a correlation: it may have read something in
 * order to send it.
 */
export const CALLED_WITH_NONSENSE = 'it was called with meaningless arguments';

/** What else is known about the run. */
export interface LoweringContext extends FileContext {
  /** The name of the package manager that installed the project; null if none did. */
  readonly manager: string | null;
  /** Whether one of the processes had opened a package's code by the time of the alert. */
  readonly hasForeignCode: (programs: readonly ProcessStart[], alert: Alert) => boolean;
  readonly hookReads: HookReads;
  /** The time of the last repetition in nanoseconds since the epoch: what a process does repeatedly is folded into one alert. */
  readonly last: bigint;
}

/** What tools do that a project's own scripts start: they patch dependencies, and generate or format the project's files. */
const TOOLS_CHANGE: ReadonlySet<string> = new Set([FOREIGN_WRITE_RULE, PROJECT_CHANGED_RULE, NEW_CODE_RULE]);

/** Rules about changes outside of a package's own folder: in other packages, in the project, or where both look up modules and commands. */
const OTHERS_CHANGED: ReadonlySet<string> = new Set([
  FOREIGN_WRITE_RULE,
  PROJECT_CHANGED_RULE,
  NEW_CODE_RULE,
  UNOWNED_MODULE_RULE,
]);

/**
 * Why an alert is only an observation although its rule is more severe; undefined if it is not. The rules always alert; honest
 * behaviour is recognised here, where the ancestors of a process are known. An observation can still be a part of a correlated
 * finding, e.g. if settings are read and then sent.
 */
export function loweredBecause(alert: Alert, attribution: Attribution, context: LoweringContext): string | undefined {
  const { owner, by, step, isAskedForHelp, programs } = attribution;
  if (alert.rule === LEFT_RUNNING_RULE && isAskedForHelp && alert.fields[ENDED_FIELD] === 'true') {
    return 'a command line tool that was asked for help started a process in the background, which ended while it was watched';
  }
  if (alert.rule === ENGINE_RULE && isExercised(step) && programs[0] !== undefined && asksDockerVersion(programs[0])) {
    return 'docker was asked for its version, and for nothing else, by code that was loaded or called';
  }
  if (step?.kind === 'call' && !countsInCall(alert)) {
    return CALLED_WITH_NONSENSE;
  }
  if (owner !== undefined && isOwn(owner)) {
    const because = loweredInOwnScript(alert, owner, attribution, context);
    if (because !== undefined) return because;
  }
  // If a program was made to load other code too (e.g. by NODE_OPTIONS), its own file does not tell whose code acted.
  const program = programs[0]?.loads === null ? programs[0] : undefined;
  // If a manager runs hooks of the project while it fetches, it unpacks packages in the project's own step.
  const isFetching = step?.kind === 'project-code' && program !== undefined && isPackageManager(program);
  if (isFetching && alert.tags.includes(PROJECT_SETTINGS) && fileOf(alert).startsWith(`${PROJECT}/`)) {
    return 'the package manager puts packages in place';
  }
  if (by !== undefined && program !== undefined && isNodeGyp(program) && isWithinAll(`${by.realPath}/build`, alert)) {
    return "node-gyp clears the package's own build";
  }
  if (alert.rule === GIT_SETTINGS_RULE && program !== undefined && fileOf(alert) === '' && asksOneSetting(program)) {
    return 'git was asked for one of its settings, and changed none';
  }
  if (alert.rule === ASSISTANT_RULE && isQuestion(alert.fields['proc.args'] ?? '')) {
    return 'the assistant was asked for its help or version, and for nothing else';
  }
  if (isOfFilesInHome(alert) && touchedFiles(alert).some(isAssistantsTemporary) && staysThere(alert, by)) {
    return "it is an assistant's folder for temporary files, which contains neither settings nor credentials";
  }
  if (alert.tags.includes(PROJECT_SETTINGS) && isWithinAll(TEMPORARY, alert)) {
    return 'it is a file of that name in a temporary folder, where no tool reads it';
  }
  if (by !== undefined && program !== undefined && installsWithin(by, program, alert)) {
    return 'a package manager puts packages into the folder of the package that called it';
  }
  if (
    program !== undefined &&
    alert.tags.includes(CREDENTIALS) &&
    isManagerSettings(fileOf(alert)) &&
    readsOwnSettings(program, by, context)
  ) {
    return 'a package manager of the image reads its own settings';
  }
  if (
    program !== undefined &&
    context.manager !== null &&
    alert.tags.includes(RUNTIME) &&
    isProgramOf(context.manager, program.exepath)
  ) {
    return "the project's package manager is a runtime, too";
  }
  if (program !== undefined && alert.tags.includes(RUNTIME) && isRuntimeAsFetched(program, context)) {
    return 'the runtime was installed as the package of that name, and no other package changed it';
  }
  const isOwnStep = by !== undefined && isOwn(by);
  if (alert.rule === TEMPORARY_SCRIPT_RULE && program && isShimOfManager(program, attribution, isOwnStep, context)) {
    return 'a package manager of the image starts programs through its own script';
  }
  return undefined;
}

/** Whether a package was loaded, called or asked for help; its scripts have no need to know of an engine. */
function isExercised(step: Attribution['step']): boolean {
  return step?.kind === 'load' || step?.kind === 'load-many' || step?.kind === 'call';
}

/** Why an alert in a script of the project itself, or of one of its workspaces, is only an observation; undefined if it is not. */
function loweredInOwnScript(
  alert: Alert,
  owner: InstalledPackage,
  { by, programs }: Attribution,
  { hasForeignCode }: LoweringContext,
): string | undefined {
  const isItsCode = (): boolean => by === owner && !hasForeignCode(programs, alert);
  if (isAboutItself(alert, owner, programs) && (isOfGit(alert) || isItsCode())) {
    return "the project's own script changes the project's own settings";
  }
  if (isListOfGitSettings(alert, programs[0]) && isItsCode())
    return "the project's own script asks git for its settings";
  if (by !== owner && TOOLS_CHANGE.has(alert.rule)) return "the project's own script starts a tool that changes it";
  if (by === owner && isProjectKey(alert)) return "the project's own script reads a key of the project";
  return undefined;
}

/** In a dependency's step, a manager that runs hooks from its working folder may be doing what these hooks tell it to. */
function readsOwnSettings(
  program: ProcessStart,
  by: InstalledPackage | undefined,
  { hookReads, last }: LoweringContext,
): boolean {
  if (by === undefined || isOwn(by)) return isPackageManager(program);
  return isManagerAlone(program, (manager) => hookReads.hasRead(program, last, manager));
}

/** Rules about reading, writing and linking files in HOME. Running a program from there is not included. */
const OF_FILES_IN_HOME: readonly string[] = ['B13', 'B28', 'B33', 'B48'];

function isOfFilesInHome({ tags, rule }: Alert): boolean {
  return rule !== ASSISTANT_RULE && OF_FILES_IN_HOME.some((tag) => tags.includes(tag));
}

function isAssistantsTemporary(file: string): boolean {
  return ASSISTANTS_TEMPORARY.test(file) && !file.includes('/../');
}

/** Whether every file lies in such a folder, or is one of the package's own files, to which a link in the folder may lead. */
function staysThere(alert: Alert, by: InstalledPackage | undefined): boolean {
  return touchedFiles(alert).every(
    (file) => isAssistantsTemporary(file) || (by !== undefined && isWithin(by.realPath, file)),
  );
}

/** What no function does by mistake: it makes something persist, changes permissions, or runs what was just written. */
const NO_MISTAKE = ['persistence', 'escape', 'runs'];
/**
 * Where our own code sends a decoy by functions that a package replaced (`image/opt/node/replaced.cjs`). A proxy agent (global-agent) has the
 * gateway pass it on there: that is where it was for, and nobody listens.
 */
const EXERCISED_TARGET = '127.0.0.1:1';
/** Credentials in files that clients of all kinds read when they are called (ATT&CK T1552.001). */
const IN_FILES = 'T1552.001';

/**
 * Whether an alert counts although it comes from a function that we called with meaningless arguments: such a function may honestly delete,
 * request or start whatever it was given. Since it runs in an empty folder, changing the project or another package takes intent.
 */
function countsInCall(alert: Alert): boolean {
  const { tags, fields, rule } = alert;
  if (fields['egress.decoy'] !== undefined) return fields['egress.target'] !== EXERCISED_TARGET;
  if (OTHERS_CHANGED.has(rule)) return true;
  // A function may write down its environment in the empty folder in which it is called; anywhere else, or hidden, that takes intent.
  if (rule === KEPT_SECRET_RULE) {
    return (
      isHidden({ encoding: fields[ENCODING_FIELD] ?? '' }) || touchedFiles(alert).some((file) => isWithin(HOME, file))
    );
  }
  // A file in HOME that no tool takes instructions from; files that do matter are covered by more specific rules.
  if (rule === OUTSIDE_RULE) return false;
  if (tags.includes(PROJECT_SETTINGS)) return touchedFiles(alert).some((file) => isWithin(HOME, file));
  if (tags.includes(CREDENTIALS)) return !tags.includes(IN_FILES);
  return NO_MISTAKE.some((tag) => tags.includes(tag));
}

function isListOfGitSettings({ rule }: Alert, program: ProcessStart | undefined): boolean {
  return rule === ASKED_TOOL_RULE && program !== undefined && listsSettings(program);
}

/** Opening a key, but not moving or linking it: the project's build or server uses it for signing. */
function isProjectKey({ tags, fields }: Alert): boolean {
  const file = fields['fd.name'] ?? '';
  return (
    tags.includes(CREDENTIALS) && tags.includes(KEY_RING) && isWithin(PROJECT, file) && !file.includes('/node_modules/')
  );
}

/** Whether the change concerns settings of the project's repository itself, not of the user or the machine. */
function isAboutItself(alert: Alert, by: InstalledPackage, programs: readonly ProcessStart[]): boolean {
  if (!alert.tags.includes(PROJECT_SETTINGS)) return false;
  if (programs.some(({ exepath }) => exepath.startsWith(`${HOME}/`) && !isWithin(by.realPath, exepath))) return false;
  const file = fileOf(alert);
  if (file !== '') return isWithin(PROJECT, file) && !file.includes('/node_modules/');
  const command = alert.fields['proc.cmdline'] ?? '';
  return isWithin(PROJECT, alert.fields['proc.cwd'] ?? '') && !/ --(?:global|system|file)\b/.test(command);
}

/** Git's own settings and hooks: the project's own scripts may start a tool that is made to set these up (husky, lefthook). */
function isOfGit(alert: Alert): boolean {
  const file = fileOf(alert);
  return file === '' || isWithin(`${PROJECT}/.git`, file) || isWithin(`${PROJECT}/.husky`, file);
}

/** A package may install what its command line tool needs later, into its own folder. Its manifest must stay the same. */
function installsWithin({ realPath }: InstalledPackage, program: ProcessStart, alert: Alert): boolean {
  if (!alert.tags.includes(PROJECT_SETTINGS) || !isPackageManager(program)) return false;
  const file = fileOf(alert);
  return isWithin(realPath, file) && file !== realPath && file !== `${realPath}/package.json`;
}

/** Whether every file that the alert names lies in a folder; for a moved file, both its paths. */
function isWithinAll(folder: string, alert: Alert): boolean {
  const files = touchedFiles(alert);
  return files.length > 0 && files.every((file) => isWithin(folder, file));
}

function fileOf({ fields }: Alert): string {
  for (const name of FILE_FIELDS) {
    const value = fields[name];
    if (value !== undefined && value !== '') return value;
  }
  return '';
}
