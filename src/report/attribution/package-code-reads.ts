import { type Alert, alertTimeNs } from '../../falco/alert.js';

/** The rule of `rules/packwarden_plumbing.yaml` that tells which process opened a package's code. */
export const PACKAGE_CODE_RULE = 'Packwarden package code read';

/** Different packages a process read, over all processes: far above those of an honest build. */
const MAX_READS = 40_000;
/** For so long a number is taken for the same process. */
const SAME_PROCESS_S = 20;

/** The last folder of a package in a path, whichever manager put it there. */
const PACKAGE_FOLDER = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/;

/** What is run or says what is run, by its name; of a file without an ending nobody knows. */
const CODE =
  /(?<!\.d)\.(?:[cm]?[jt]sx?|node|so|sh|bash|py|rb|pl|awk|mk|cmake|gypi?|wasm|vue|svelte|coffee|lua)$|\/CMakeLists\.txt$|\/(?!LICEN[CS]E|README|CHANGELOG|NOTICE|AUTHORS)[^./]+$/;

/** A process that opened code of a package. */
interface PackageRead {
  readonly folder: string;
  readonly alert: Alert;
  /** Whether it was a file that may be code, not only one that says that code is loaded. */
  readonly isCode: boolean;
}

/** Which processes opened the code of which packages: the first time of each. */
export class PackageCodeReads {
  readonly #reads = new Map<string, PackageRead>();
  #overflowed = 0;

  /** Reads that were not remembered. */
  get overflowed(): number {
    return this.#overflowed;
  }

  add(alert: Alert): void {
    const file = alert.fields['fd.name'] ?? '';
    const folder = PACKAGE_FOLDER.exec(file)?.[0];
    if (folder === undefined) return;
    const isCode = CODE.test(file);
    const { 'proc.pid': pid, 'proc.vpid': vpid } = alert.fields;
    // A number may become another process's, of a later step.
    const key = `${pid} ${vpid} ${Math.floor(Number(alert.time.seconds) / SAME_PROCESS_S)} ${isCode} ${folder}`;
    if (this.#reads.has(key)) return;
    if (this.#reads.size >= MAX_READS) this.#overflowed += 1;
    else this.#reads.set(key, { folder, alert, isCode });
  }

  /** Whether one of these processes had opened code of a package by a time. */
  hasOpened(pids: ReadonlySet<number>, time: bigint, isPackage: (folder: string) => boolean): boolean {
    return this.#has(pids, time, ({ folder }) => isPackage(folder));
  }

  /** The same of a file that may be code: a tool reads its caller's manifest for many reasons. */
  hasReadCode(pids: ReadonlySet<number>, time: bigint, isPackage: (folder: string) => boolean): boolean {
    return this.#has(pids, time, ({ folder, isCode }) => isCode && isPackage(folder));
  }

  #has(pids: ReadonlySet<number>, time: bigint, isWanted: (read: PackageRead) => boolean): boolean {
    for (const read of this.#reads.values()) {
      const { alert } = read;
      if (pids.has(Number(alert.fields['proc.pid'])) && alertTimeNs(alert) <= time && isWanted(read)) return true;
    }
    return false;
  }

  all(): Iterable<PackageRead> {
    return this.#reads.values();
  }
}
