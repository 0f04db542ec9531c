import { ECOSYSTEMS, type Ecosystem } from '../../jobs/job.js';
import { UsageError } from '../usage.js';
import { selectBundlerProject } from './bundler-project.js';
import { NODE_FILES, selectNodeProject } from './node-project.js';
import { ProjectFiles } from './project-files.js';
import { Selection } from './selection.js';

interface Packing {
  /** Lock files, the one that decides first; the first one that is there tells the package manager. */
  readonly lockFiles: readonly string[];
  readonly manifest: string;
  readonly select: (selection: Selection) => void;
}

const npm: Packing = {
  lockFiles: ['npm-shrinkwrap.json', 'package-lock.json'],
  manifest: 'package.json',
  select: (selection) => selectNodeProject(selection, NODE_FILES.npm),
};

/** How the projects of each package manager are packed. */
export const PACKINGS: Readonly<Record<string, Packing>> = {
  npm,
  yarn: {
    lockFiles: ['yarn.lock'],
    manifest: 'package.json',
    select: (selection) => selectNodeProject(selection, NODE_FILES.yarn),
  },
  pnpm: {
    lockFiles: ['pnpm-lock.yaml'],
    manifest: 'package.json',
    select: (selection) => selectNodeProject(selection, NODE_FILES.pnpm),
  },
  bundler: { lockFiles: ['Gemfile.lock', 'gems.locked'], manifest: 'Gemfile', select: selectBundlerProject },
};

/** The package manager that a folder's lock file tells; npm where there is none. */
export function detectManager(folder: string): Ecosystem {
  const project = new ProjectFiles(folder);
  const found = ECOSYSTEMS.find((name) => PACKINGS[name]?.lockFiles.some((file) => project.has(file)));
  return found ?? 'npm';
}

/** Selects what an install of the project in `folder` needs, and `include` (patterns) besides. @throws UsageError */
export function selectProject(folder: string, manager: string, include: readonly string[]): Selection {
  const selection = new Selection(new ProjectFiles(folder));
  (PACKINGS[manager] ?? npm).select(selection);
  for (const pattern of include) {
    const found = [...selection.project.under(pattern), ...selection.project.matching([pattern])];
    if (found.length === 0)
      throw new UsageError(`--include ${pattern}: there is no such file`, 'packwarden analyze --help');
    selection.addAll(found);
  }
  return selection;
}

/** The file of `selection`'s root that decides what is installed. */
export function lockFileIn(selection: Selection, manager: string): string {
  const { lockFiles, manifest } = PACKINGS[manager] ?? npm;
  return lockFiles.find((file) => selection.project.has(file)) ?? manifest;
}
