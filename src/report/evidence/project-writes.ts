import { type Alert, alertTimeNs } from '../../falco/alert.js';
import { type Actors, attribute } from '../attribution/attribution.js';
import type { PackageWrite } from '../attribution/authored-write.js';
import type { CodeRead } from '../attribution/planted-files.js';
import { trimSlash } from '../attribution/process-tree.js';
import { touchedFiles } from './touched-files.js';

/** The rules of `rules/packwarden_plumbing.yaml` that tell which process wrote a file, and which one read code where packages share places. */
export const WRITE_RULE = 'Packwarden file write';
export const CODE_READ_RULE = 'Packwarden shared code read';

/** Different files a process wrote, over all processes: far above a native build's. */
const MAX_WRITES = 40_000;
/** Reads of what was written before. */
const MAX_READS = 10_000;

/** A file that was written, and the first alert of a process that wrote it, or did so after another one. */
interface Write {
  readonly path: string;
  readonly alert: Alert;
}

/** What was written in a project's folders, in HOME and in temporary folders after the fetch, and what of it was read as code. */
export class ProjectWrites {
  readonly #writes: Write[] = [];
  /** Which process wrote a file last. */
  readonly #writers = new Map<string, string>();
  readonly #reads: CodeRead[] = [];
  #overflowed = 0;

  /** Writes and reads that were not remembered. */
  get overflowed(): number {
    return this.#overflowed;
  }

  add(alert: Alert): void {
    for (const path of changedFiles(alert)) {
      const writer = alert.fields['proc.pid'] ?? '';
      // What one process does to a file again and again is one thing, as long as no other one comes between.
      if (this.#writers.get(path) === writer) continue;
      if (this.#writes.length >= MAX_WRITES) this.#overflowed += 1;
      else {
        this.#writes.push({ path, alert });
        this.#writers.set(path, writer);
      }
    }
  }

  /** Only what was written before is of interest. */
  addRead(alert: Alert): void {
    const pid = Number(alert.fields['proc.pid']);
    for (const path of touchedFiles(alert)) {
      if (!this.#wasWritten(path)) continue;
      if (this.#reads.length >= MAX_READS) this.#overflowed += 1;
      else this.#reads.push({ pid, path, time: alertTimeNs(alert) });
    }
  }

  /** In the order in which they came. */
  get reads(): readonly CodeRead[] {
    return this.#reads;
  }

  /** The file, or a folder that holds it. */
  #wasWritten(path: string): boolean {
    for (let at = path; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) if (this.#writers.has(at)) return true;
    return false;
  }

  /** Every file that was written, moved or put into place; `isContent`: it was opened for writing, or emptied. */
  *all(): Iterable<{ readonly path: string; readonly isContent: boolean; readonly alert: Alert }> {
    for (const { path, alert } of this.#writes) yield { path, isContent: !PUTS_INTO_PLACE.test(callOf(alert)), alert };
  }

  /** What packages wrote, in the order in which it came; what the project's own code writes in its own scripts is no package's. */
  byPackages(actors: Actors): readonly PackageWrite[] {
    const found: PackageWrite[] = [];
    for (const { path, alert } of this.#writes) {
      const { owner: runner, by, programs, step } = attribute(alert, actors);
      if (runner === undefined || (by ?? runner) === actors.packages.root) continue;
      const isScript = step?.kind === 'scripts' && runner !== actors.packages.root;
      found.push({ path, alert, runner, by: by ?? runner, programs, isScript });
    }
    return found;
  }
}

/** Calls that leave a file's content as it is. */
const PUTS_INTO_PLACE = /^(?:rename|link|symlink)/;

function callOf({ fields }: Alert): string {
  return fields['evt.type'] ?? '';
}

/** Of a move both places are changed. A hard link leaves the file that it leads to as it is. */
function changedFiles(alert: Alert): readonly string[] {
  const { 'evt.arg.oldpath': old } = alert.fields;
  const files = callOf(alert).startsWith('rename')
    ? touchedFiles(alert)
    : touchedFiles(alert).filter((file) => file !== old);
  return files.map(trimSlash);
}
