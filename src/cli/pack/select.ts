import { BASELINE_FILE } from '../../blobs/project-text.js';
import { type Choice, chooseManager, detectManager } from '../../ecosystems/choose.js';
import type { PackageManager } from '../../ecosystems/manager.js';
import { type Packing, PackingError } from '../../ecosystems/packing.js';
import type { Ecosystem } from '../../jobs/job.js';
import { plain } from '../../report/plain.js';
import { UsageError } from '../usage.js';
import { foundProjectIn } from './found-project.js';
import { ProjectFiles } from './project-files.js';
import { Selection } from './selection.js';

/** The package manager of the project in a folder. `asked`: null where its own files shall say which. */
export function managerFor(folder: string, asked: Ecosystem | null): Choice {
  const project = foundProjectIn(new ProjectFiles(folder));
  return asked === null ? detectManager(project) : chooseManager(asked, project);
}

/** Selects what an install of the project in `folder` needs, and `include` (patterns) besides. @throws UsageError */
export function selectProject(folder: string, manager: PackageManager, include: readonly string[]): Selection {
  const project = new ProjectFiles(folder);
  const { paths, broughtAlong, notes, readingScripts } = packingOf(project, manager);
  const selection = new Selection(project);
  selection.addAll(paths);
  for (const path of broughtAlong) selection.addAll(project.kept(path));
  for (const note of notes) selection.note(plain(note));
  if (readingScripts.length > 0) {
    const scripts = readingScripts.map((script) => plain(script)).join('; ');
    selection.note(`packs the whole project, because its own scripts run on install: ${scripts}`);
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
