import { isInterpreter } from '../../../ecosystems/image/image-programs.js';
import type { InstalledPackage } from '../../../ecosystems/installed-package.js';
import { HOME } from '../../../ecosystems/places.js';
import { alertTimeNs } from '../../../falco/alert.js';
import { isNamedAfter } from '../../weighing/own-folder.js';
import { isOfImage } from '../processes/image-files.js';
import type { ProcessStart } from '../processes/process-tree.js';
import { pathSaid, programFile } from '../processes/program-file.js';
import type { PackageWrite } from './authored-write.js';
import type { PackageIndex } from './package-index.js';

/** A file that looks like code and was opened for reading, in a place that belongs to no package. */
export interface CodeRead {
  readonly pid: number;
  readonly path: string;
  /** Nanoseconds since the epoch. */
  readonly time: bigint;
}

/** System calls that move or link a file without changing its content. */
const MOVES = /^(?:rename|link)/;
/**
 * Programs of the image that write what they read. Shells are included: for a redirection, they open the file before the program starts.
 */
const COPIER =
  /^\/(?:usr\/)?bin\/(?:cp|mv|cat|dd|install|tee|ln|sed|head|tail|tr|base64|gzip|gunzip|tar|(?:ba|da)?sh)$/;

/** Programs of the image that run what their settings name: hooks, pagers, file system monitors, rules. */
const RUNS_ORDERS = /\/(?:git|make|gmake|ninja|cmake|ssh)$/;

/** Keys and credentials: writing to one of them does not plant code, because these files are not run. */
const IS_SECRET = new RegExp(`^${HOME}/\\.(?:ssh|gnupg|aws|azure|kube|docker|config/gcloud)/`);

/** A folder in which Node finds a module by its name. */
const IS_MODULE = /\/node_modules\/(?:@[^/]+\/)?[^/.][^/]*$/;

/** Folders in which every process may create files with any name. */
const TEMPORARY = /^\/(?:tmp|var\/tmp|dev\/shm)\//;

/** The package whose planted files a process had read as code. */
export interface Loaded {
  readonly planter: InstalledPackage;
  /** Whether the reader chose to read the file, so that either package may have caused what followed. */
  readonly isByChoice: boolean;
}

/** A process that acts: the package that owns its step, and the programs from this process up to the first one of the step. */
export interface AtWork {
  readonly owner: InstalledPackage;
  readonly programs: readonly ProcessStart[];
}

/**
 * Files that packages wrote to places that contain no package's code (temporary folders, HOME, the project's own folder), and files that a
 * package wrote to the folder of another package that had called it. What runs from there is attributed to the package that wrote it.
 */
export class PlantedFiles {
  readonly #packages: PackageIndex | undefined;
  readonly #byPath = new Map<string, PackageWrite[]>();
  readonly #reads = new Map<number, CodeRead[]>();

  /** `writes`: files written by packages; `reads`: files read as code. Both are in order of time. */
  constructor(writes: Iterable<PackageWrite> = [], reads: Iterable<CodeRead> = [], packages?: PackageIndex) {
    this.#packages = packages;
    for (const read of reads) push(this.#reads, read.pid, read);
    for (const write of writes) {
      const { path, runner, by } = write;
      if (IS_SECRET.test(path)) continue;
      const origin = this.#originOf(write);
      if (origin !== undefined) {
        push(this.#byPath, path, { ...write, runner: origin.runner, by: origin.by });
        continue;
      }
      const owner = packages?.owning(path);
      const isShared = owner === undefined || owner === packages?.root;
      // If the path already contains a planted file, a later write is recorded too, so that the content is attributed to the last writer.
      if (isShared || (owner === runner && by !== runner) || this.#byPath.has(path)) push(this.#byPath, path, write);
    }
  }

  /**
   * The write of the package that planted the original of a file which a program of the image copied, moved or linked: the content is still
   * attributed to that package. For a copy of a file that another package was delivered with, it is that package.
   */
  #originOf(write: PackageWrite): PackageWrite | undefined {
    const { alert, runner, programs } = write;
    const { 'evt.type': call = '', 'evt.arg.oldpath': old, 'proc.pid': pid } = alert.fields;
    const isMoved = MOVES.test(call);
    if (!isMoved && !COPIER.test(programs[0]?.exepath ?? '')) return undefined;
    const delivered = isMoved ? undefined : this.#copiedFrom(write);
    if (delivered !== undefined) return { ...write, runner: delivered, by: delivered };
    const time = alertTimeNs(alert);
    const read = isMoved ? [{ path: old ?? '', time }] : (this.#reads.get(Number(pid)) ?? []);
    const origins = read.map((source) => this.writerOf(source.path, source.time));
    return origins.find((origin) => origin !== undefined && origin.runner !== runner);
  }

  /** The package that is responsible for the content of `file` at a certain time; undefined if no package planted it. */
  planterOf(file: string, time: bigint, { owner, programs }: AtWork): InstalledPackage | undefined {
    const write = this.writerOf(file, time);
    if (write === undefined) return undefined;
    const { by, runner } = write;
    // If the owner of the step called a tool to write the file (a compiler, a download), the owner is responsible, unless the tool itself
    // is running it.
    if (by !== runner && runner === owner && !programs.some((program) => this.#isOf(by, program))) return undefined;
    return by;
  }

  /**
   * The package that planted code which a process had loaded by a certain time: it read the file without running it as a program. Files
   * written in a step of the same owner, or by its code, are left out: the owner is responsible for what its own tools create.
   */
  loadedBy(pids: readonly number[], time: bigint, { owner, programs }: AtWork): Loaded | undefined {
    const [program] = programs;
    if (program === undefined || !obeysFiles(program)) return undefined;
    let found: Loaded | undefined;
    for (const { path, time: at } of pids.flatMap((pid) => this.#reads.get(pid) ?? [])) {
      if (at > time || at < program.time) continue;
      const write = this.writerOf(path, at);
      if (write === undefined || write.runner === owner || write.by === owner) continue;
      const isByChoice = isFoundByChoice(path, owner);
      if (!isByChoice) return { planter: write.by, isByChoice };
      found ??= { planter: write.by, isByChoice };
    }
    return found;
  }

  /** The package with which the file was delivered that `cp FILE PLACE` copied; undefined if the command does anything else. */
  #copiedFrom({ path, runner, programs: [program] }: PackageWrite): InstalledPackage | undefined {
    if (program === undefined || !/\/(?:cp|install)$/.test(program.exepath)) return undefined;
    const operands = program.cmdline
      .split(' ')
      .slice(1)
      .filter((word) => !word.startsWith('-'));
    const [source, , ...more] = operands.map((word) => pathSaid(program, word));
    if (source === undefined || more.length > 0 || source === path) return undefined;
    const owner = this.#packages?.owning(source);
    return owner === runner || owner === this.#packages?.root ? undefined : owner;
  }

  /** The last write to a file or to a folder that contains it: a whole folder may have been moved or linked to its place. */
  writerOf(file: string, time: bigint): PackageWrite | undefined {
    let last: PackageWrite | undefined;
    for (let path = file; path !== ''; path = path.slice(0, path.lastIndexOf('/'))) {
      const found = this.#byPath.get(path)?.findLast(({ alert }) => alertTimeNs(alert) <= time);
      if (found !== undefined && (last === undefined || alertTimeNs(found.alert) > alertTimeNs(last.alert)))
        last = found;
    }
    return last;
  }

  /** The package that last wrote a file in a folder of modules that belongs to no package; undefined if none did. */
  planterIn(folder: string, time: bigint): InstalledPackage | undefined {
    if (!IS_MODULE.test(folder)) return undefined;
    let last: PackageWrite | undefined;
    for (const [path, writes] of this.#byPath) {
      if (path !== folder && !path.startsWith(`${folder}/`)) continue;
      const found = writes.findLast(({ alert }) => alertTimeNs(alert) <= time);
      if (found !== undefined && (last === undefined || alertTimeNs(found.alert) > alertTimeNs(last.alert)))
        last = found;
    }
    return last?.by;
  }

  #isOf(pkg: InstalledPackage, program: ProcessStart): boolean {
    const file = this.#packages?.fileOf(programFile(program));
    return file !== undefined && this.#packages?.owning(file) === pkg;
  }
}

/**
 * Whether a package must have looked for this temporary file itself, because the file is not named after the package. Code planted for a
 * package is put where that package looks. A cache in a temporary folder, however, is no evidence against its owner just because another
 * package opens it.
 */
function isFoundByChoice(path: string, reader: InstalledPackage): boolean {
  return TEMPORARY.test(path) && !isNamedAfter(path, [reader.name]);
}

/** Whether files determine what a program does: other programs of the image do only what their arguments say. */
function obeysFiles({ exepath }: ProcessStart): boolean {
  return isInterpreter(exepath) || RUNS_ORDERS.test(exepath) || !isOfImage(exepath);
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
}
