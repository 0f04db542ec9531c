import { type Alert, alertTimeNs } from '../../../falco/alert.js';

/** The rule of `rules/packwarden_plumbing.yaml` that reports which process opened a package's code. */
export const PACKAGE_CODE_RULE = 'Packwarden package code read';

/** Limit for the packages read by each process, over all processes; an honest build stays far below it. */
const MAX_READS = 40_000;
/** Length of the time windows within which equal pids are taken for the same process when reads are merged. */
const SAME_PROCESS_S = 20;

/** The innermost package folder in a path, whichever package manager created it. */
const PACKAGE_FOLDER = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/;

/** Names of files that contain code or build instructions. Files without an extension may contain code too. */
const CODE =
  /(?<!\.d)\.(?:[cm]?[jt]sx?|node|so|sh|bash|py|rb|pl|awk|mk|cmake|gypi?|wasm|vue|svelte|coffee|lua)$|\/CMakeLists\.txt$|\/(?!LICEN[CS]E|README|CHANGELOG|NOTICE|AUTHORS)[^./]+$/;

/** The first time that a process opened code of a package. */
interface PackageRead {
  readonly folder: string;
  readonly alert: Alert;
  /** Whether the file itself may contain code; otherwise it only shows that code of the package is loaded (a manifest). */
  readonly isCode: boolean;
}

/** Which processes opened code of which packages, with the first time in each time window. */
export class PackageCodeReads {
  readonly #reads = new Map<string, PackageRead>();
  #overflowed = 0;

  /** Number of reads that were dropped because there were too many. */
  get overflowed(): number {
    return this.#overflowed;
  }

  add(alert: Alert): void {
    const file = alert.fields['fd.name'] ?? '';
    const folder = PACKAGE_FOLDER.exec(file)?.[0];
    if (folder === undefined) return;
    const isCode = CODE.test(file);
    const { 'proc.pid': pid, 'proc.vpid': vpid } = alert.fields;
    // A pid may be reused by a process of a later step.
    const key = `${pid} ${vpid} ${Math.floor(Number(alert.time.seconds) / SAME_PROCESS_S)} ${isCode} ${folder}`;
    if (this.#reads.has(key)) return;
    if (this.#reads.size >= MAX_READS) this.#overflowed += 1;
    else this.#reads.set(key, { folder, alert, isCode });
  }

  /** Whether one of these processes had opened code of a package by a certain time. */
  hasOpened(pids: ReadonlySet<number>, time: bigint, isPackage: (folder: string) => boolean): boolean {
    return this.#has(pids, time, ({ folder }) => isPackage(folder));
  }

  /** Like `hasOpened`, but only for files that may contain code: tools read their caller's manifest for many reasons. */
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
