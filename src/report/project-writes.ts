import type { InstalledPackage } from '../ecosystems/installed-package.js';
import { type Alert, alertTimeNs } from '../falco/alert.js';
import { type Actors, attribute } from './attribution.js';
import type { PackageIndex } from './package-index.js';
import { type ProcessStart, trimSlash } from './process-tree.js';

/** The rule of `rules/packwarden_plumbing.yaml` that tells which process wrote a file of the project. */
export const WRITE_RULE = 'Packwarden project write';

/** Different files a process wrote, over all processes: far above a native build's. */
const MAX_WRITES = 40_000;

/** A file that was written, and the first alert of a process that wrote it. */
interface Write {
  readonly path: string;
  readonly alert: Alert;
}

/** A file of the project that a package's script or import wrote, and whose folder it lies in. */
export interface AuthoredWrite {
  readonly path: string;
  readonly alert: Alert;
  readonly writer: InstalledPackage;
  readonly owner: InstalledPackage;
}

/** Programs that run the file which is their first argument. */
const INTERPRETER = /\/(?:node|sh|bash|dash|python3[\d.]*|perl|ruby)$/;

/** What was written in a project's folders by others than the package manager. */
export class ProjectWrites {
  readonly #byKey = new Map<string, Write>();
  #overflowed = 0;

  /** Writes that were not remembered. */
  get overflowed(): number {
    return this.#overflowed;
  }

  add(alert: Alert): void {
    const path = writtenPath(alert);
    if (path === undefined) return;
    const key = `${alert.fields['proc.pid']}\0${path}`;
    if (this.#byKey.has(key)) return;
    if (this.#byKey.size >= MAX_WRITES) this.#overflowed += 1;
    else this.#byKey.set(key, { path, alert });
  }

  /** What packages wrote, in the order in which it came; the project's own scripts are no package's. */
  authored(actors: Actors): readonly AuthoredWrite[] {
    const found: AuthoredWrite[] = [];
    for (const { path, alert } of this.#byKey.values()) {
      const owner = actors.packages.owning(path);
      const writer = owner && attribute(alert, actors).by;
      if (writer === undefined || writer === actors.packages.root) continue;
      found.push({ path, alert, writer, owner: owner as InstalledPackage });
    }
    return found;
  }
}

/** The writes of packages in other packages' folders. */
export function foreignOf(writes: readonly AuthoredWrite[], packages: PackageIndex): readonly AuthoredWrite[] {
  return writes.filter(({ writer, owner }) => owner !== packages.root && owner !== writer);
}

/** Who wrote, before, the program files that these processes ran: the first of them that a foreign package had written. */
export function writerOf(
  programs: readonly ProcessStart[],
  writes: readonly AuthoredWrite[],
): AuthoredWrite | undefined {
  if (writes.length === 0) return undefined;
  for (const program of programs) {
    const files = programFiles(program);
    const write = writes.find(({ path, alert }) => {
      return files.includes(path) && alertTimeNs(alert) <= program.time;
    });
    if (write !== undefined) return write;
  }
  return undefined;
}

/** The files a program came from: its own, and the script that an interpreter was given. */
function programFiles({ exepath, cmdline, cwd }: ProcessStart): readonly string[] {
  if (!INTERPRETER.test(exepath)) return [exepath];
  const script = cmdline.split(' ').find((word, index) => index > 0 && !word.startsWith('-'));
  if (script === undefined) return [exepath];
  const path = script.startsWith('/') ? script : `${cwd}/${script.replace(/^\.\//, '')}`;
  return [path, `${path}.js`];
}

function writtenPath(alert: Alert): string | undefined {
  const path = alert.fields['fd.name'] ?? alert.fields['evt.arg.newpath'];
  return path === undefined || path === '' ? undefined : trimSlash(path);
}
