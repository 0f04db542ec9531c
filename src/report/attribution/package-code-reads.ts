import { type Alert, alertTimeNs } from '../../falco/alert.js';

/** The rule of `rules/packwarden_plumbing.yaml` that tells which process opened a package's code. */
export const PACKAGE_CODE_RULE = 'Packwarden package code read';

/** Different packages a process read, over all processes: far above those of an honest build. */
const MAX_READS = 40_000;
/** For so long a number is taken for the same process. */
const SAME_PROCESS_S = 20;

/** The last folder of a package in a path, whichever manager put it there. */
const PACKAGE_FOLDER = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/;

/** A process that opened code of a package. */
interface PackageRead {
  readonly folder: string;
  readonly alert: Alert;
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
    const folder = PACKAGE_FOLDER.exec(alert.fields['fd.name'] ?? '')?.[0];
    if (folder === undefined) return;
    const { 'proc.pid': pid, 'proc.vpid': vpid } = alert.fields;
    // A number may become another process's, of a later step.
    const key = `${pid} ${vpid} ${Math.floor(Number(alert.time.seconds) / SAME_PROCESS_S)} ${folder}`;
    if (this.#reads.has(key)) return;
    if (this.#reads.size >= MAX_READS) this.#overflowed += 1;
    else this.#reads.set(key, { folder, alert });
  }

  /** Whether one of these processes had opened code of a package by a time. */
  hasOpened(pids: ReadonlySet<number>, time: bigint, isPackage: (folder: string) => boolean): boolean {
    for (const { folder, alert } of this.#reads.values()) {
      if (pids.has(Number(alert.fields['proc.pid'])) && alertTimeNs(alert) <= time && isPackage(folder)) return true;
    }
    return false;
  }

  all(): Iterable<PackageRead> {
    return this.#reads.values();
  }
}
