import type { InstalledPackage } from '../../ecosystems/installed-package.js';
import { alertTimeNs } from '../../falco/alert.js';
import { groupOfLoader, type LoadGroup } from '../evidence/load-groups.js';
import type { Step, Steps } from '../evidence/steps.js';
import type { Finding, PackageRef } from '../finding.js';
import type { ActingMarks } from './acting-marks.js';
import { type Actor, actorOf, NOTHING_WRITTEN, type Told, type Written } from './actor.js';
import type { PackageIndex } from './package-index.js';
import type { ProcessNode, ProcessStart, ProcessTree } from './process-tree.js';

/**
 * What the worker starts a phase with: root's file in a read-only image. Only the worker can start it without having been
 * started in the sandbox itself, and all that a package does is below it.
 */
const STEP_PROGRAM = '/opt/ci/confine';

/** A program in the image that loads one package: `node /opt/ci/node/load.cjs NAME|FOLDER …`, `ruby …/ruby/load.rb …`. */
const LOADER = /^\w+ \/opt\/ci\/\w+\/(?:load|call)\.\w+ (\S+)/;

/** The program in the image that evaluates the manifest of one package, where that is a program: `ruby …/ruby/manifest.rb FILE`. */
const EVALUATOR = /^\S+ \/opt\/ci\/\w+\/manifest\.\w+ (.+)$/;

/** How many commands of a package's scripts a report shows, and how much of each. */
const SHOWN_COMMANDS = 10;
const SHOWN_COMMAND_CHARS = 300;

/** How the import phase asks a package's command line tool for help: `node /home/ci/project/node_modules/x/cli.js --help`. */
const TOOL = /^node (\/.+) --help$/;

/** How the worker's step begins: `confine step=ID COMMAND …`. */
const STEP = /^confine step=(\S+) /;

/** A process that a step started, the step's own, and what the engine forked for it. */
const DIRECTLY_BELOW = 3;

/** How many programs of a chain a report shows. */
const SHOWN_PROCESSES = 12;

/** A process that loads or calls one package. */
interface Loader {
  readonly pid: number;
  /** When what was done began in it: then, or when the process was made that did it. */
  readonly time: bigint;
}

/** Who did something. */
export interface Attribution {
  /** The worker's step that the process belongs to; undefined where its chain does not begin with one. */
  readonly step: Step | undefined;
  /** How far the process is below the step's own first one: 0 is that one itself. Undefined like `step`. */
  readonly depth: number | undefined;
  /** The process of our own in which one package is loaded or called, where it belongs to one. */
  readonly loader: Loader | undefined;
  /** The packages that are loaded in the process it belongs to, where these are many: any of them may have done it. */
  readonly group: LoadGroup | undefined;
  /** The package whose step it is; undefined when it can't be said: never a guess. */
  readonly owner: InstalledPackage | undefined;
  /** The package whose code did it, where its step is known: mostly `owner`. */
  readonly by: InstalledPackage | undefined;
  /** Whose code ran in the same process too, so that it may have been theirs. */
  readonly orBy: readonly InstalledPackage[];
  readonly package: PackageRef | null;
  /** Whether it is, or was started by, a command line tool that the import phase asked for help. */
  readonly isAskedForHelp: boolean;
  /** From the process that did it up to the one the sandbox started, the latest program of each first. */
  readonly programs: readonly ProcessStart[];
  readonly processes: Finding['processes'];
}

/** What attribution looks things up in. */
export interface Actors {
  readonly tree: ProcessTree;
  readonly steps: Steps;
  readonly packages: PackageIndex;
  /** Whose code acted where packages are loaded. Absent where nothing was. */
  readonly acting?: ActingMarks;
}

/** A process of a step: 0 is the step's own first process, 1 one that it started, and so on. */
interface StepPlace {
  readonly step: Step;
  /** Position of the step's first process in the chain. */
  readonly top: number;
}

/**
 * The step that a chain begins with. Only the worker can start `confine` without having been started in the sandbox itself, so
 * nothing that runs in it can choose its step. Undefined for chains that do not begin with a step.
 */
function stepOf(chain: readonly ProcessNode[], steps: Steps): StepPlace | undefined {
  // Above the step there are only the container engine's forks.
  const top = chain.findLastIndex(({ programs }) => programs.length > 0);
  const first = chain[top]?.programs[0];
  if (first?.exepath !== STEP_PROGRAM) return undefined;
  const step = steps.get(STEP.exec(first.cmdline)?.[1] ?? '');
  return step && { step, top };
}

/** The command line of what the step's own program started. */
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

/** The packages that are loaded in the process that a program start belongs to; undefined for a loader's own start. */
export function groupOfStart(start: ProcessStart, { tree, steps }: Actors): LoadGroup | undefined {
  const chain = tree.chainOf(start);
  const place = stepOf(chain, steps);
  return place && place.top > 1 ? groupAt(place, chain) : undefined;
}

/** Whose step a chain belongs to. */
function ownerOf(
  { step, top }: StepPlace,
  chain: readonly ProcessNode[],
  packages: PackageIndex,
): InstalledPackage | undefined {
  if (step.kind === 'scripts') return step.folder === null ? undefined : packages.owning(step.folder);
  const cmdline = firstBelow({ step, top }, chain);
  if (step.kind === 'project-code') {
    // The project's code could start this program too, and so be taken for a package that it asks for itself.
    const manifest = EVALUATOR.exec(cmdline)?.[1];
    return (manifest === undefined ? undefined : packages.owning(manifest)) ?? packages.root;
  }
  if (step.kind !== 'load' && step.kind !== 'call') return undefined;
  // Our loader starts a process for each package; its arguments are the loader's.
  const loaded = LOADER.exec(cmdline)?.[1];
  if (loaded !== undefined) return loaded.startsWith('/') ? packages.owning(loaded) : packages.direct(loaded);
  const tool = TOOL.exec(cmdline)?.[1];
  return tool === undefined ? undefined : packages.owning(tool);
}

/** Names the package whose step an alert's process belongs to, and the one whose code did it. */
export function attribute(
  alert: Told,
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

/** The step that a program start belongs to; undefined where its chain does not begin with one. */
export function stepOfStart(start: ProcessStart, { tree, steps }: Actors): Step | undefined {
  return stepOf(tree.chainOf(start), steps)?.step;
}

/** The package behind a program start; undefined where it is none's. */
export function ownerOfStart(start: ProcessStart, { tree, steps, packages }: Actors): InstalledPackage | undefined {
  const chain = tree.chainOf(start);
  const place = stepOf(chain, steps);
  return place && ownerOf(place, chain, packages);
}

/** The packages whose lifecycle scripts were seen to run, each with the commands that its step started. */
export function packagesThatRan({ tree, steps, packages }: Actors): ReadonlyMap<InstalledPackage, readonly string[]> {
  const ran = new Map<InstalledPackage, string[]>();
  for (const start of tree.starts()) {
    // What a step starts is one process below its own; nothing longer need be climbed.
    const chain = tree.chainOf(start, DIRECTLY_BELOW);
    const place = stepOf(chain, steps);
    if (place?.step.kind !== 'scripts' || place.top !== 1) continue;
    // The pass in another guise runs the same ones once more.
    if (place.step.guise !== undefined) continue;
    const owner = ownerOf(place, chain, packages);
    if (!owner) continue;
    const commands = ran.get(owner) ?? [];
    if (commands.length < SHOWN_COMMANDS) commands.push(start.cmdline.slice(0, SHOWN_COMMAND_CHARS));
    ran.set(owner, commands);
  }
  return ran;
}
