import { type Alert, alertTimeNs } from '../../falco/alert.js';
import { type Actors, attribute } from '../attribution/attribution.js';
import type { PackageWrite } from '../attribution/files/authored-write.js';
import type { CodeRead } from '../attribution/files/planted-files.js';
import { trimSlash } from '../attribution/processes/process-tree.js';
import { touchedFiles } from './touched-files.js';

/**
 * The rules of `rules/packwarden_plumbing.yaml` that report which process wrote a file, and which one read code in places shared by
 * packages.
 */
export const WRITE_RULE = 'Packwarden file write';
export const CODE_READ_RULE = 'Packwarden shared code read';

/** Limit for the distinct files written by each process, over all processes: far above those of a native build. */
const MAX_WRITES = 40_000;
/** Limit for the reads of files that had been written before. */
const MAX_READS = 10_000;

/** A written file, with the first alert of a process that wrote it, or that wrote it again after another process. */
interface Write {
  readonly path: string;
  readonly alert: Alert;
}

/**
 * The files written in the project's folders, in HOME and in temporary folders outside of the fetch, and those of them that were then read
 * as code.
 */
export class ProjectWrites {
  readonly #writes: Write[] = [];
  /** The process that last wrote each file. */
  readonly #writers = new Map<string, string>();
  readonly #reads: CodeRead[] = [];
  #overflowed = 0;

  /** Number of writes and reads that were dropped because there were too many. */
  get overflowed(): number {
    return this.#overflowed;
  }

  add(alert: Alert): void {
    for (const path of changedFiles(alert)) {
      const writer = alert.fields['proc.pid'] ?? '';
      // Repeated writes of one process to a file are recorded once, unless another process has written to it in between.
      if (this.#writers.get(path) === writer) continue;
      if (this.#writes.length >= MAX_WRITES) this.#overflowed += 1;
      else {
        this.#writes.push({ path, alert });
        this.#writers.set(path, writer);
      }
    }
  }

  /** Records a read only if the file was written before. */
  addRead(alert: Alert): void {
    const pid = Number(alert.fields['proc.pid']);
    for (const path of touchedFiles(alert)) {
      if (!this.#wasWritten(path)) continue;
      if (this.#reads.length >= MAX_READS) this.#overflowed += 1;
      else this.#reads.push({ pid, path, time: alertTimeNs(alert) });
    }
  }

  /** In order of arrival. */
  get reads(): readonly CodeRead[] {
    return this.#reads;
  }

  /** Whether the file, or a folder that contains it, was written. */
  #wasWritten(path: string): boolean {
    for (let at = path; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) if (this.#writers.has(at)) return true;
    return false;
  }

  /** Every file that was written, moved or linked; `isContent`: it was opened for writing, or truncated. */
  *all(): Iterable<{ readonly path: string; readonly isContent: boolean; readonly alert: Alert }> {
    for (const { path, alert } of this.#writes) yield { path, isContent: !PUTS_INTO_PLACE.test(callOf(alert)), alert };
  }

  /** The files written by packages, in order of arrival; writes of the project's own code are left out. */
  byPackages(actors: Actors): readonly PackageWrite[] {
    const found: PackageWrite[] = [];
    for (const { path, alert } of this.#writes) {
      const { owner: runner, by, programs, step, isAskedForHelp } = attribute(alert, actors);
      if (runner === undefined || (by ?? runner) === actors.packages.root) continue;
      const isScript = step?.kind === 'scripts' && runner !== actors.packages.root;
      const isExercise = (step?.kind === 'load' && !isAskedForHelp) || step?.kind === 'call';
      found.push({ path, alert, runner, by: by ?? runner, programs, isScript, isExercise });
    }
    return found;
  }
}

/** System calls that do not change the content of a file. */
const PUTS_INTO_PLACE = /^(?:rename|link|symlink)/;

function callOf({ fields }: Alert): string {
  return fields['evt.type'] ?? '';
}

/** A move changes both paths. A hard link does not change the file that it leads to. */
function changedFiles(alert: Alert): readonly string[] {
  const { 'evt.arg.oldpath': old } = alert.fields;
  const files = callOf(alert).startsWith('rename')
    ? touchedFiles(alert)
    : touchedFiles(alert).filter((file) => file !== old);
  return files.map(trimSlash);
}
