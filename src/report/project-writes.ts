import type { Alert } from '../falco/alert.js';
import { type Actors, attribute } from './attribution.js';
import type { AuthoredWrite } from './authored-write.js';
import { trimSlash } from './process-tree.js';
import { touchedFiles } from './touched-files.js';

/** The rule of `rules/packwarden_plumbing.yaml` that tells which process wrote a file of the project. */
export const WRITE_RULE = 'Packwarden project write';

/** Different files a process wrote, over all processes: far above a native build's. */
const MAX_WRITES = 40_000;

/** A file that was written, and the first alert of a process that wrote it. */
interface Write {
  readonly path: string;
  readonly alert: Alert;
}

/** What was written in a project's folders by others than the package manager. */
export class ProjectWrites {
  readonly #byKey = new Map<string, Write>();
  #overflowed = 0;

  /** Writes that were not remembered. */
  get overflowed(): number {
    return this.#overflowed;
  }

  add(alert: Alert): void {
    for (const path of changedFiles(alert)) {
      const key = `${alert.fields['proc.pid']}\0${path}`;
      if (this.#byKey.has(key)) continue;
      if (this.#byKey.size >= MAX_WRITES) this.#overflowed += 1;
      else this.#byKey.set(key, { path, alert });
    }
  }

  /** What packages wrote, in the order in which it came; the project's own scripts are no package's. */
  authored(actors: Actors): readonly AuthoredWrite[] {
    const found: AuthoredWrite[] = [];
    for (const { path, alert } of this.#byKey.values()) {
      const owner = actors.packages.owning(path);
      if (owner === undefined) continue;
      const { owner: runner, by } = attribute(alert, actors);
      if (runner === undefined || runner === actors.packages.root) continue;
      // A tool of another package that works in the folder of the package that called it does what it is for.
      found.push({ path, alert, writer: runner === owner ? runner : (by ?? runner), owner });
    }
    return found;
  }
}

/** Of a move both places are changed. A hard link leaves the file that it leads to as it is. */
function changedFiles(alert: Alert): readonly string[] {
  const { 'evt.type': call = '', 'evt.arg.oldpath': old } = alert.fields;
  const files = call.startsWith('rename') ? touchedFiles(alert) : touchedFiles(alert).filter((file) => file !== old);
  return files.map(trimSlash);
}
