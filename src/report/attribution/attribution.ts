import type { InstalledPackage } from '../../ecosystems/installed-package.js';
import { alertTimeNs } from '../../falco/alert.js';
import { groupOfLoader, type LoadGroup } from '../evidence/load-groups.js';
import type { Step, Steps } from '../evidence/steps.js';
import type { Finding, PackageRef } from '../finding.js';
import type { ActingMarks } from './acting-marks.js';
import { type Actor, type AlertData, actorOf, NOTHING_WRITTEN, type Written } from './actor.js';
import type { PackageIndex } from './files/package-index.js';
import type { ProcessNode, ProcessStart, ProcessTree } from './processes/process-tree.js';

/**
 * The program with which the worker starts a phase: a file of root in a read-only image. Only the worker can start it without a parent
 * process in the sandbox, and all processes of a package are below it.
 */
const STEP_PROGRAM = '/opt/ci/confine';

/** A program of the image that loads or calls one package: `node /opt/ci/node/load.cjs NAME|FOLDER …`, `ruby …/ruby/load.rb …`. */
const LOADER = /^\w+ \/opt\/ci\/\w+\/(?:load|call)\.\w+ (\S+)/;

/** The program of the image that evaluates the manifest of one package, if manifests are programs: `ruby …/ruby/manifest.rb FILE`. */
const EVALUATOR = /^\S+ \/opt\/ci\/\w+\/manifest\.\w+ (.+)$/;

/** How many commands of a package's scripts a report shows, and how many characters of each. */
const SHOWN_COMMANDS = 10;
const SHOWN_COMMAND_CHARS = 300;

/** How the import phase asks the command line tool of a package for help: `node /home/ci/project/node_modules/x/cli.js --help`. */
const TOOL = /^node (\/.+) --help$/;

/** The command line with which the worker starts a step: `confine step=ID COMMAND …`. */
const STEP = /^confine step=(\S+) /;

/** Length of a chain with a process started by the step, the step's first process, and the container engine's fork for it. */
const DIRECTLY_BELOW = 3;

/** How many programs of a chain a report shows. */
const SHOWN_PROCESSES = 12;

/** A process that loads or calls one package. */
interface Loader {
  readonly pid: number;
  /** The time of the action if the loader itself caused it, otherwise the time when the loader created the child process that led to it. */
  readonly time: bigint;
}

/** The step, the process and the package that an alert is attributed to. */
export interface Attribution {
  /** The worker's step to which the process belongs; undefined if its chain does not begin with a step. */
  readonly step: Step | undefined;
  /** How many processes it is below the first process of the step, which has depth 0. Undefined if `step` is. */
  readonly depth: number | undefined;
  /** Our own process that loads or calls one package, if the alert comes from it or from a process below it. */
  readonly loader: Loader | undefined;
  /** The packages loaded by the process that the alert comes from, if there are many: any of them may have caused it. */
  readonly group: LoadGroup | undefined;
  /** The package that owns the step; undefined if it is not known for certain. */
  readonly owner: InstalledPackage | undefined;
  /** The package whose code caused the alert; usually the same as `owner`. Undefined if `owner` is. */
  readonly by: InstalledPackage | undefined;
  /** Other packages whose code ran in the same process, any of which may have caused it. */
  readonly orBy: readonly InstalledPackage[];
  readonly package: PackageRef | null;
  /** Whether the process is a command line tool that the import phase asked for help, or was started by one. */
  readonly isAskedForHelp: boolean;
  /** From the process that acted up to the one that the sandbox started; of each process, its latest program comes first. */
  readonly programs: readonly ProcessStart[];
  readonly processes: Finding['processes'];
}

/** The data that attribution uses. */
export interface Actors {
  readonly tree: ProcessTree;
  readonly steps: Steps;
  readonly packages: PackageIndex;
  /** Marks that tell whose code acted while packages were loaded. Absent if no package was loaded. */
  readonly acting?: ActingMarks;
}

/** A step, and where it begins in a chain of processes. */
interface StepPlace {
  readonly step: Step;
  /** Index of the first process of the step in the chain. */
  readonly top: number;
}

/**
 * The step with which a chain begins. Only the worker can start `confine` without a parent process in the sandbox, so no program that runs
 * there can choose its step. Undefined if the chain does not begin with a step.
 */
function stepOf(chain: readonly ProcessNode[], steps: Steps): StepPlace | undefined {
  // Above the first process of the step there are only forks of the container engine.
  const top = chain.findLastIndex(({ programs }) => programs.length > 0);
  const first = chain[top]?.programs[0];
  if (first?.exepath !== STEP_PROGRAM) return undefined;
  const step = steps.get(STEP.exec(first.cmdline)?.[1] ?? '');
  return step && { step, top };
}

/** The command line of the process started by the first process of the step. */
function firstBelow({ top }: StepPlace, chain: readonly ProcessNode[]): string {
  return chain[top - 1]?.programs[0]?.cmdline ?? '';
}

function groupAt(place: StepPlace, chain: readonly ProcessNode[]): LoadGroup | undefined {
  return groupOfLoader(place.step, firstBelow(place, chain), chain[place.top - 1]?.pid ?? Number.NaN);
}

function loaderAt({ step, top }: StepPlace, chain: readonly ProcessNode[], time: bigint): Loader | undefined {
  const loader = chain[top - 1];
  if ((step.kind !== 'load' && step.kind !== 'call') || loader === undefined) return undefined;
  return { pid: loader.pid, time: top === 1 ? time : (chain[top - 2]?.since ?? time) };
}

/** The packages that are loaded by the process from which a program was started; undefined for the start of the loader itself. */
export function groupOfStart(start: ProcessStart, { tree, steps }: Actors): LoadGroup | undefined {
  const chain = tree.chainOf(start);
  const place = stepOf(chain, steps);
  return place && place.top > 1 ? groupAt(place, chain) : undefined;
}

/** The package that owns the step of a chain. */
function ownerOf(
  { step, top }: StepPlace,
  chain: readonly ProcessNode[],
  packages: PackageIndex,
): InstalledPackage | undefined {
  if (step.kind === 'scripts') return step.folder === null ? undefined : packages.owning(step.folder);
  const cmdline = firstBelow({ step, top }, chain);
  if (step.kind === 'project-code') {
    // The project's own code could start this program too. Its actions would then be attributed to the package that it names, which is one
    // of its own dependencies.
    const manifest = EVALUATOR.exec(cmdline)?.[1];
    return (manifest === undefined ? undefined : packages.owning(manifest)) ?? packages.root;
  }
  if (step.kind !== 'load' && step.kind !== 'call') return undefined;
  // Our loader starts one process per package, with arguments that the loader itself chose.
  const loaded = LOADER.exec(cmdline)?.[1];
  if (loaded !== undefined) return loaded.startsWith('/') ? packages.owning(loaded) : packages.direct(loaded);
  const tool = TOOL.exec(cmdline)?.[1];
  return tool === undefined ? undefined : packages.owning(tool);
}

/** The alert of a finding, as far as attribution needs it. */
export function alertOf({ alert }: Pick<Finding, 'alert'>): AlertData {
  return { time: alert.time, fields: alert.output_fields };
}

/** Finds the package that owns the step in which an alert was caused, and the package whose code caused it. */
export function attribute(
  alert: AlertData,
  { tree, steps, packages }: Actors,
  written: Written = NOTHING_WRITTEN,
): Attribution {
  const chain = tree.chain(alert);
  const programs = chain.flatMap((node) => [...node.programs].reverse());
  const processes = programs.slice(0, SHOWN_PROCESSES).map(({ pid, cmdline, cwd }) => ({ pid, cmdline, cwd }));
  const place = stepOf(chain, steps);
  const owner = place && ownerOf(place, chain, packages);
  const actor: Actor | undefined = owner && actorOf(alert, programs, owner, { packages, written });
  const by = actor?.by;
  return {
    step: place?.step,
    loader: place && loaderAt(place, chain, alertTimeNs(alert)),
    group: place && groupAt(place, chain),
    isAskedForHelp: place?.step.kind === 'load' && TOOL.test(firstBelow(place, chain)),
    depth: place?.top,
    owner,
    by,
    orBy: actor?.orBy ?? [],
    package: by ? packages.ref(by) : null,
    programs,
    processes,
  };
}

/** The step in which a program was started; undefined if its chain does not begin with a step. */
export function stepOfStart(start: ProcessStart, { tree, steps }: Actors): Step | undefined {
  return stepOf(tree.chainOf(start), steps)?.step;
}

/** The package that owns the step in which a program was started; undefined if there is none. */
export function ownerOfStart(start: ProcessStart, { tree, steps, packages }: Actors): InstalledPackage | undefined {
  const chain = tree.chainOf(start);
  const place = stepOf(chain, steps);
  return place && ownerOf(place, chain, packages);
}

/** The packages whose lifecycle scripts were observed to run, each with the commands that its script step started. */
export function packagesThatRan({ tree, steps, packages }: Actors): ReadonlyMap<InstalledPackage, readonly string[]> {
  const ran = new Map<InstalledPackage, string[]>();
  for (const start of tree.starts()) {
    // A command of the step is one process below the first process of the step, so a longer chain is not needed.
    const chain = tree.chainOf(start, DIRECTLY_BELOW);
    const place = stepOf(chain, steps);
    if (place?.step.kind !== 'scripts' || place.top !== 1) continue;
    // The later pass runs the same scripts again, with other variables or another date (`guise`).
    if (place.step.guise !== undefined) continue;
    const owner = ownerOf(place, chain, packages);
    if (!owner) continue;
    const commands = ran.get(owner) ?? [];
    if (commands.length < SHOWN_COMMANDS) commands.push(start.cmdline.slice(0, SHOWN_COMMAND_CHARS));
    ran.set(owner, commands);
  }
  return ran;
}
