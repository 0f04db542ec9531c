import { HOME, PROJECT } from '../../ecosystems/places.js';
import type { FoldedAlert } from '../../falco/fold.js';
import type { PackageIndex } from '../attribution/package-index.js';
import { isWithin, touchedFiles } from '../evidence/touched-files.js';
import type { Change } from './compared.js';

/** What the alert source told: its alerts, and the writes to the project's files that it told of without one. */
export interface Told {
  readonly alerts: readonly FoldedAlert[];
  readonly writes: Iterable<{ readonly path: string; readonly isContent: boolean }>;
}

/** The files that the alert source told of, by whatever name. */
export class ToldFiles {
  readonly #packages: PackageIndex;
  /** A folder of links leads to the same package by other names: its own folder and the file's name are the same. */
  readonly #known = new Set<string>();
  readonly #written = new Set<string>();

  constructor({ alerts, writes }: Told, packages: PackageIndex) {
    this.#packages = packages;
    for (const { alert } of alerts) for (const path of touchedFiles(alert)) this.#add(path);
    for (const { path, isContent } of writes) {
      // What is written elsewhere has rules of its own, and is told of by their alerts alone.
      if (isWithin(PROJECT, path)) this.#add(path);
      if (isContent) this.#written.add(path);
    }
  }

  /**
   * A file counts as told of where it, or a folder of its package (or of HOME) that holds it, was named; one with another name, unless
   * it was written under that. A folder of the project holds everybody's packages: what was said of it says nothing of them.
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
