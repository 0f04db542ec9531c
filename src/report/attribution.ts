import type { Alert } from '../falco/alert.js';
import type { InstalledPackage } from './installed-package.js';
import type { PackageIndex } from './package-index.js';
import type { ProcessNode, ProcessStart, ProcessTree } from './process-tree.js';
import type { Finding, PackageRef } from './report.js';

/**
 * What the worker starts a phase with: root's file in a read-only image. Only the worker can start it without having been
 * started in the sandbox itself, and all that a package does is below it.
 */
const STEP_PROGRAM = '/opt/packwarden/confine';

/** The program in the image that loads one package: `node /opt/packwarden/load.cjs NAME|FOLDER …`, `ruby …/load.rb …`. */
const LOADER = /^(?:node|ruby) \/opt\/packwarden\/load\.(?:cjs|rb) (\S+)/;

/** The package managers' own programs, in a read-only image, where a manager starts another (npm for a git dependency). */
const MANAGER = /^(?:node|npm|npx) (?:node )?\/usr\/local\/(?:bin|lib\/node_modules)\/(?:npm|npx|corepack)\b/;
const IMAGE_PROGRAMS: ReadonlySet<string> = new Set(['/usr/local/bin/node', '/usr/bin/env']);

/** How many commands of a package's scripts a report shows, and how much of each. */
const SHOWN_COMMANDS = 10;
const SHOWN_COMMAND_CHARS = 300;

/** How the import phase asks a package's command line tool for help: `node /home/ci/project/node_modules/x/cli.js --help`. */
const TOOL = /^node (\/.+) --help$/;

/** How a package manager starts a script. */
const SCRIPT_SHELL = /^sh -c /;

/** Above a script there are only package managers, and not many: npm for a git dependency of a git dependency. */
const MAX_MANAGERS = 32;

/** How many programs of a chain a report shows. */
const SHOWN_PROCESSES = 12;

/** Who did something. */
export interface Attribution {
  /** Undefined when it can't be told: never a guess. */
  readonly by: InstalledPackage | undefined;
  readonly package: PackageRef | null;
  /** From the process that did it up to the one the sandbox started, the latest program of each first. */
  readonly programs: readonly ProcessStart[];
  readonly processes: Finding['processes'];
}

function isManager({ programs }: ProcessNode): boolean {
  return programs.some(({ exepath, cmdline }) => IMAGE_PROGRAMS.has(exepath) && MANAGER.test(cmdline));
}

/**
 * The process that a package manager, or the loader of the import phase, started for a package: everything below it is that
 * package's doing. Who started what, and in which folder, was said by the manager; all that a package's own programs show
 * of themselves (arguments, folder, name) they can choose. Undefined for the manager's own doings, and for chains that do not
 * begin with the worker's step.
 */
export function scriptRoot(chain: readonly ProcessNode[]): ProcessStart | undefined {
  // Above the step there are only the container engine's forks.
  const top = chain.findLastIndex(({ programs }) => programs.length > 0);
  if (chain[top]?.programs[0]?.exepath !== STEP_PROGRAM) return undefined;
  let index = top - 1;
  while (index >= 0 && isManager(chain[index] as ProcessNode)) index -= 1;
  return index < 0 ? undefined : chain[index]?.programs[0];
}

/** Whose script or import it is. */
export function ownerOf(root: ProcessStart, packages: PackageIndex): InstalledPackage | undefined {
  const loaded = LOADER.exec(root.cmdline)?.[1];
  if (loaded !== undefined) return loaded.startsWith('/') ? packages.owning(loaded) : packages.direct(loaded);
  const tool = TOOL.exec(root.cmdline)?.[1];
  if (tool !== undefined) return packages.owning(tool);
  const owner = packages.owning(root.cwd);
  // In the project's folder the manager runs git and the like as well: only a script is the project's.
  return owner === packages.root && !SCRIPT_SHELL.test(root.cmdline) ? undefined : owner;
}

/** Names the package whose lifecycle script or import an alert's process belongs to. */
export function attribute(alert: Alert, tree: ProcessTree, packages: PackageIndex): Attribution {
  const chain = tree.chain(alert);
  const programs = chain.flatMap((node) => [...node.programs].reverse());
  const processes = programs.slice(0, SHOWN_PROCESSES).map(({ pid, cmdline, cwd }) => ({ pid, cmdline, cwd }));
  const root = scriptRoot(chain);
  const by = root && ownerOf(root, packages);
  return { by, package: by ? packages.ref(by) : null, programs, processes };
}

/**
 * The packages whose lifecycle scripts were seen to run, each with the commands: what the package manager started in their
 * folder, of the programs that started in one phase (`inPhase`).
 */
export function packagesThatRan(
  tree: ProcessTree,
  packages: PackageIndex,
  inPhase: (ns: bigint) => boolean,
): ReadonlyMap<InstalledPackage, readonly string[]> {
  const ran = new Map<InstalledPackage, string[]>();
  for (const start of tree.starts()) {
    if (!inPhase(start.time) || LOADER.test(start.cmdline) || scriptRoot(tree.chainOf(start, MAX_MANAGERS)) !== start)
      continue;
    const owner = ownerOf(start, packages);
    if (!owner) continue;
    const commands = ran.get(owner) ?? [];
    if (commands.length < SHOWN_COMMANDS) commands.push(start.cmdline.slice(0, SHOWN_COMMAND_CHARS));
    ran.set(owner, commands);
  }
  return ran;
}
