import { BASELINE_FILE } from '../../blobs/project-text.js';
import { type Choice, chooseManager, detectManager } from '../../ecosystems/choose.js';
import type { PackageManager } from '../../ecosystems/manager.js';
import { type Packing, PackingError } from '../../ecosystems/packing.js';
import type { Ecosystem } from '../../jobs/job.js';
import { plain } from '../../report/text/plain.js';
import { UsageError } from '../usage.js';
import { foundProjectIn } from './found-project.js';
import { ProjectFiles } from './project-files.js';
import { Selection } from './selection.js';

/** The package manager of the project in a folder. `asked`: null where its own files shall say which. */
export function managerFor(folder: string, asked: Ecosystem | null): Choice {
  const project = foundProjectIn(new ProjectFiles(folder));
  return asked === null ? detectManager(project) : chooseManager(asked, project);
}

/**
 * Selects what an install of the project in `folder` needs, and `include` (patterns) besides; all of it where scripts of the project (`run`)
 * shall be run. @throws UsageError
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
  const why = wholeFor(readingScripts, run);
  if (why !== null) {
    selection.note(`packs the whole project, because ${why}`);
    selection.addAll(project.all());
  }
  selection.add(BASELINE_FILE);
  for (const pattern of include) {
    const found = [...project.under(pattern), ...project.matching([pattern])];
    if (found.length === 0)
      throw new UsageError(`--include ${pattern}: there is no such file`, 'packwarden analyze --help');
    selection.addAll(found);
  }
  return selection;
}

/** Why the sources of the project are needed; null where they are not. */
function wholeFor(readingScripts: readonly string[], run: readonly string[]): string | null {
  if (run.length > 0) return `its own scripts shall be run: ${run.map((name) => plain(name)).join(', ')}`;
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

/** The file of `selection`'s root that decides what is installed. */
export function lockFileIn({ project }: Selection, { lock }: PackageManager): string {
  return lock.deciding.find(({ name }) => project.has(name))?.name ?? lock.usual;
}
