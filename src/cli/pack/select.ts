import { BASELINE_FILE } from '../../blobs/project-text.js';
import type { PackageManager } from '../../ecosystems/manager.js';
import { type Choice, chooseManager, detectManager } from '../../ecosystems/recognition/choose.js';
import { type Packing, PackingError } from '../../ecosystems/recognition/packing.js';
import type { Ecosystem } from '../../jobs/job.js';
import { plain } from '../../report/text/plain.js';
import { UsageError } from '../frame/usage.js';
import { foundProjectIn } from './found-project.js';
import { ProjectFiles } from './project-files.js';
import { Selection } from './selection.js';

/** The package manager of the project in a folder. `asked`: null to detect it from the project's files. */
export function managerFor(folder: string, asked: Ecosystem | null): Choice {
  const project = foundProjectIn(new ProjectFiles(folder));
  return asked === null ? detectManager(project) : chooseManager(asked, project);
}

/**
 * Selects the files that an install of the project in `folder` needs, plus those that `include` (patterns) names; the whole project
 * when scripts of it (`run`) are to be run. @throws UsageError
 */
export function selectProject(
  folder: string,
  manager: PackageManager,
  include: readonly string[],
  run: readonly string[] = [],
): Selection {
  const project = new ProjectFiles(folder);
  const { paths, broughtAlong, notes, readingScripts } = packingOf(project, manager);
  const selection = new Selection(project);
  selection.addAll(paths);
  for (const path of broughtAlong) selection.addAll(project.kept(path));
  for (const note of notes) selection.note(plain(note));
  const why = reasonToPackAll(readingScripts, run);
  if (why !== null) {
    selection.note(`packing the whole project, because ${why}`);
    selection.addAll(project.all());
  }
  selection.add(BASELINE_FILE);
  for (const pattern of include) {
    const found = [...project.under(pattern), ...project.matching([pattern])];
    if (found.length === 0) throw new UsageError(`--include ${pattern}: no file matches`, 'packwarden analyze --help');
    selection.addAll(found);
  }
  return selection;
}

/** Why the project's sources are needed; null when they are not. */
function reasonToPackAll(readingScripts: readonly string[], run: readonly string[]): string | null {
  if (run.length > 0) return `its own scripts are to be run: ${run.map((name) => plain(name)).join(', ')}`;
  if (readingScripts.length === 0) return null;
  return `its own scripts run on install: ${readingScripts.map((script) => plain(script)).join('; ')}`;
}

function packingOf(project: ProjectFiles, manager: PackageManager): Packing {
  try {
    return manager.pack(project);
  } catch (error) {
    if (!(error instanceof PackingError)) throw error;
    throw new UsageError(`${project.root}: ${plain(error.message)}`, 'packwarden analyze --help', { cause: error });
  }
}

/** The lock file in the root of `selection` that the package manager installs from. */
export function lockFileIn({ project }: Selection, { lock }: PackageManager): string {
  return lock.deciding.find(({ name }) => project.has(name))?.name ?? lock.usual;
}
