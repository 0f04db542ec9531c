import { HOME, PROJECT } from '../../ecosystems/places.js';
import type { FoldedAlert } from '../../falco/fold.js';
import type { PackageIndex } from '../attribution/files/package-index.js';
import { isWithin, touchedFiles } from '../evidence/touched-files.js';
import type { Change } from './compared.js';

/** What the alert source reported: its alerts, and the writes to the project's files, which it reports without an alert. */
export interface ReportedBy {
  readonly alerts: readonly FoldedAlert[];
  readonly writes: Iterable<{ readonly path: string; readonly isContent: boolean }>;
}

/** The files that the alert source reported, under any of their names. */
export class ReportedFiles {
  readonly #packages: PackageIndex;
  /** A folder may be reached by several paths through links, so files are also known by their package's folder and their own name. */
  readonly #known = new Set<string>();
  readonly #written = new Set<string>();

  constructor({ alerts, writes }: ReportedBy, packages: PackageIndex) {
    this.#packages = packages;
    for (const { alert } of alerts) for (const path of touchedFiles(alert)) this.#add(path);
    for (const { path, isContent } of writes) {
      // Writes outside of the project are covered by rules, so only the alerts of these rules count as reported.
      if (isWithin(PROJECT, path)) this.#add(path);
      if (isContent) this.#written.add(path);
    }
  }

  /**
   * A file counts as reported if an alert or write named it, or named a folder of its package (or in HOME) that contains it. A
   * file with a new hard link counts as reported unless it was written under that name. Folders of the project don't count,
   * because they contain all packages, so a report about such a folder says nothing about a single file in it.
   */
  has({ path, kind, names }: Change): boolean {
    if (kind === 'linked') return !names.some((name) => this.#written.has(name));
    if (this.#known.has(path) || this.#known.has(this.#keyOf(path))) return true;
    const owner = this.#packages.owning(path);
    if (owner === this.#packages.root) return false;
    const isShared = (folder: string): boolean => folder === HOME || this.#packages.owning(folder) !== owner;
    for (let folder = parentOf(path); folder !== '' && !isShared(folder); folder = parentOf(folder)) {
      if (this.#known.has(folder)) return true;
    }
    return false;
  }

  #add(path: string): void {
    this.#known.add(path);
    this.#known.add(this.#keyOf(path));
  }

  #keyOf(path: string): string {
    const owner = this.#packages.owning(path);
    return `${owner?.realPath ?? ''}\0${path.slice(path.lastIndexOf('/') + 1)}`;
  }
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}
