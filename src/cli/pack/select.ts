import { BASELINE_FILE } from '../../blobs/project-text.js';
import { ECOSYSTEMS, type Ecosystem } from '../../jobs/job.js';
import { UsageError } from '../usage.js';
import { selectBundlerProject } from './bundler-project.js';
import { NODE_FILES, selectNodeProject } from './node-project.js';
import { ProjectFiles } from './project-files.js';
import { Selection } from './selection.js';

interface Packing {
  /** Lock files, the one that decides first; the first one that is there tells the package manager. */
  readonly lockFiles: readonly string[];
  /** The one that wins first, like the lock files. */
  readonly manifests: readonly [string, ...string[]];
  readonly select: (selection: Selection) => void;
}

const npm: Packing = {
  lockFiles: ['npm-shrinkwrap.json', 'package-lock.json'],
  manifests: ['package.json'],
  select: (selection) => selectNodeProject(selection, NODE_FILES.npm),
};

/** How the projects of each package manager are packed. */
export const PACKINGS: Readonly<Record<string, Packing>> = {
  npm,
  yarn: {
    lockFiles: ['yarn.lock'],
    manifests: ['package.json'],
    select: (selection) => selectNodeProject(selection, NODE_FILES.yarn),
  },
  pnpm: {
    lockFiles: ['pnpm-lock.yaml'],
    manifests: ['package.json'],
    select: (selection) => selectNodeProject(selection, NODE_FILES.pnpm),
  },
  bundler: {
    lockFiles: ['gems.locked', 'Gemfile.lock'],
    manifests: ['gems.rb', 'Gemfile'],
    select: selectBundlerProject,
  },
};

/** The package manager that a folder's lock file tells, else its manifest; npm where there is neither. */
export function detectManager(folder: string): Ecosystem {
  const project = new ProjectFiles(folder);
  const having = (files: 'lockFiles' | 'manifests'): Ecosystem | undefined =>
    ECOSYSTEMS.find((name) => PACKINGS[name]?.[files].some((file) => project.has(file)));
  return having('lockFiles') ?? having('manifests') ?? 'npm';
}

/** Selects what an install of the project in `folder` needs, and `include` (patterns) besides. @throws UsageError */
export function selectProject(folder: string, manager: string, include: readonly string[]): Selection {
  const selection = new Selection(new ProjectFiles(folder));
  (PACKINGS[manager] ?? npm).select(selection);
  selection.add(BASELINE_FILE);
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
  const { lockFiles, manifests } = PACKINGS[manager] ?? npm;
  return [...lockFiles, ...manifests].find((file) => selection.project.has(file)) ?? manifests[0];
}
