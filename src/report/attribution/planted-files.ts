import { isInterpreter } from '../../ecosystems/image-programs.js';
import type { InstalledPackage } from '../../ecosystems/installed-package.js';
import { HOME } from '../../ecosystems/places.js';
import { alertTimeNs } from '../../falco/alert.js';
import { isNamedAfter } from '../weighing/own-folder.js';
import type { PackageWrite } from './authored-write.js';
import { isOfImage } from './image-files.js';
import type { PackageIndex } from './package-index.js';
import type { ProcessStart } from './process-tree.js';
import { pathSaid, programFile } from './program-file.js';

/** A file that looks like code and was opened for reading, in a place that no package owns. */
export interface CodeRead {
  readonly pid: number;
  readonly path: string;
  /** Nanoseconds since the epoch. */
  readonly time: bigint;
}

/** Calls that put a file somewhere else as it is. */
const MOVES = /^(?:rename|link)/;
/** Programs of the image that write what they read; a shell's redirection opens the file before the program starts. */
const COPIER =
  /^\/(?:usr\/)?bin\/(?:cp|mv|cat|dd|install|tee|ln|sed|head|tail|tr|base64|gzip|gunzip|tar|(?:ba|da)?sh)$/;

/** Programs of the image that run what their settings name: hooks, pagers, file system monitors, rules. */
const RUNS_ORDERS = /\/(?:git|make|gmake|ninja|cmake|ssh)$/;

/** Keys and credentials: whoever opens one for writing has put nothing there that is run. */
const IS_SECRET = new RegExp(`^${HOME}/\\.(?:ssh|gnupg|aws|azure|kube|docker|config/gcloud)/`);

/** What every process may write to, under any name. */
const TEMPORARY = /^\/(?:tmp|var\/tmp|dev\/shm)\//;

/** Whose files a process had read as if they were code. */
export interface Loaded {
  readonly planter: InstalledPackage;
  /** Whether who read it chose to, so that both may have done what was done then. */
  readonly isByChoice: boolean;
}

/** A process at work: whose step it is, and the programs from the one in question up to the step's first. */
export interface AtWork {
  readonly owner: InstalledPackage;
  readonly programs: readonly ProcessStart[];
}

/**
 * The files that packages put where no package's code lies (temporary folders, HOME, the project's own folder), and those that one wrote
 * in the folder of another that had called it. What runs from there is the doing of whoever put it there.
 */
export class PlantedFiles {
  readonly #packages: PackageIndex | undefined;
  readonly #byPath = new Map<string, PackageWrite[]>();
  readonly #reads = new Map<number, CodeRead[]>();

  /** `writes`: what packages wrote, in time; `reads` in time. */
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
      // After a copy of somebody's file, what is written there again is whoever's who writes it.
      if (isShared || (owner === runner && by !== runner) || this.#byPath.has(path)) push(this.#byPath, path, write);
    }
  }

  /** Who planted what was copied, moved or linked here by a program of the image: the content is still that one's. */
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

  /** Whose doing it is that `file` has the content that it had at a time; undefined where nobody planted it. */
  planterOf(file: string, time: bigint, { owner, programs }: AtWork): InstalledPackage | undefined {
    const write = this.writerOf(file, time);
    if (write === undefined) return undefined;
    const { by, runner } = write;
    // A tool that was called to write it (a compiler, a download) did its caller's work, unless it ran it itself.
    if (by !== runner && runner === owner && !programs.some((program) => this.#isOf(by, program))) return undefined;
    return by;
  }

  /**
   * Who planted code that a process had loaded by a time, without running it as a program: it has read the file. Only of packages
   * that had nothing to do with the step: what a step's own tools make, the step's package answers for.
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

  /** The package as which a file was delivered that `cp FILE PLACE` copied, where that is all that the command says. */
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

  /** The last write of a file, or of a folder that holds it: one that was moved or linked to its place. */
  writerOf(file: string, time: bigint): PackageWrite | undefined {
    let last: PackageWrite | undefined;
    for (let path = file; path !== ''; path = path.slice(0, path.lastIndexOf('/'))) {
      const found = this.#byPath.get(path)?.findLast(({ alert }) => alertTimeNs(alert) <= time);
      if (found !== undefined && (last === undefined || alertTimeNs(found.alert) > alertTimeNs(last.alert)))
        last = found;
    }
    return last;
  }

  #isOf(pkg: InstalledPackage, program: ProcessStart): boolean {
    const file = this.#packages?.fileOf(programFile(program));
    return file !== undefined && this.#packages?.owning(file) === pkg;
  }
}

/**
 * Whether nobody comes upon a temporary file who does not look for it: it is not named after who reads it. Whoever plants code for another
 * puts it where that one looks, and a cache that lies about accuses nobody because somebody opens it.
 */
function isFoundByChoice(path: string, reader: InstalledPackage): boolean {
  return TEMPORARY.test(path) && !isNamedAfter(path, [reader.name]);
}

/** Programs of the image that are no interpreters do as their arguments say. */
function obeysFiles({ exepath }: ProcessStart): boolean {
  return isInterpreter(exepath) || RUNS_ORDERS.test(exepath) || !isOfImage(exepath);
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
}
