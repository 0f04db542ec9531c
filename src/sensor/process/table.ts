import { PART, STRUCT_BYTES } from '../probe/layout.js';
import type { ProcessRecord } from '../probe/record.js';
import type { ProcReader } from './proc-reader.js';
import { type Process, unknownProcess } from './process.js';

/** How long, and how many, ended processes are kept, since their children may still refer to them as ancestors. */
const KEPT_NS = 60_000_000_000n;
const KEPT_MAX = 20_000;
/** The kernel truncates the name to 15 bytes. */
const SHIM = 'containerd-shim';
const MAX_READ_ANCESTORS = 16;
/** The x86-64 number. */
const FCHDIR = 81;

interface Ended {
  readonly process: Process;
  readonly at: bigint;
}

/** The processes of a container, and their ancestors on the host. */
export class ProcessTable {
  readonly #byPid = new Map<number, Process>();
  readonly #ended: Ended[] = [];
  #endedFrom = 0;

  constructor(private readonly readProc: ProcReader) {}

  /** Number of running and remembered processes. */
  get size(): number {
    return this.#byPid.size;
  }

  /** The process that a record is about, updated with the content of the record. */
  follow(record: ProcessRecord): Process {
    const process = this.#known(record);
    this.#refresh(process, record);
    switch (record.kind) {
      case 'fork':
        this.#fork(process, record);
        break;
      case 'exit':
        this.#exit(process, record.timeNs);
        break;
      case 'syscall':
        this.#changed(process, record);
    }
    return process;
  }

  #known(record: ProcessRecord): Process {
    const pid = record.id('pid');
    const known = this.#byPid.get(pid);
    if (known !== undefined) return known;
    const comm = record.comm;
    const found = this.readProc(pid);
    // /proc may already describe the program of a later exec; then only the record's header is reliable.
    const process = found?.name === comm ? found : unknownProcess(pid);
    process.name = comm;
    this.#byPid.set(pid, process);
    return process;
  }

  #refresh(process: Process, record: ProcessRecord): void {
    process.vpid = record.id('vpid');
    process.sid = record.id('sid');
    process.pgid = record.id('pgid');
    process.uid = record.id('uid');
    process.gid = record.id('gid');
    process.loginuid = record.id('loginuid');
    if (!process.startRecorded) process.name = record.comm;
    const ppid = record.id('ppid');
    if (process.ppid === ppid && process.startRecorded) return;
    if (process.ppid === ppid && process.parent !== undefined) return;
    process.ppid = ppid;
    process.parent = this.#parent(ppid, 0);
  }

  /** Processes of the host are read again for each child, because there is no event when one of them ends. */
  #parent(pid: number, depth: number): Process | undefined {
    if (pid <= 1 || depth > MAX_READ_ANCESTORS) return undefined;
    const known = this.#byPid.get(pid);
    if (known !== undefined) return known;
    const found = this.readProc(pid);
    // As in Falco, the ancestors end with the container's shim: the processes above belong to the host.
    if (found !== undefined && !found.name.startsWith(SHIM)) found.parent = this.#parent(found.ppid, depth + 1);
    return found;
  }

  #fork(parent: Process, record: ProcessRecord): void {
    const ids = record.part(PART.child, STRUCT_BYTES.child);
    if (ids === undefined) return;
    const pid = ids.readUInt32LE(0);
    const vpid = ids.readUInt32LE(4);
    // Whatever is unknown about the parent is unknown about the child, so `startRecorded` is inherited as well.
    this.#byPid.set(pid, { ...parent, pid, vpid, ppid: parent.pid, parent, startedNs: record.timeNs });
  }

  #exit(process: Process, now: bigint): void {
    this.#ended.push({ process, at: now });
    while (this.#endedFrom < this.#ended.length) {
      const oldest = this.#ended[this.#endedFrom] as Ended;
      if (this.#ended.length - this.#endedFrom <= KEPT_MAX && now - oldest.at < KEPT_NS) break;
      this.#endedFrom++;
      this.#forget(oldest.process);
    }
    if (this.#endedFrom > KEPT_MAX) {
      this.#ended.splice(0, this.#endedFrom);
      this.#endedFrom = 0;
    }
  }

  /** The pid may already belong to another process, and the chain of ancestors must not grow without bound. */
  #forget(process: Process): void {
    process.parent = undefined;
    if (this.#byPid.get(process.pid) === process) this.#byPid.delete(process.pid);
  }

  #changed(process: Process, record: ProcessRecord): void {
    const cwd = record.nr === FCHDIR && record.ret === 0 ? PART.fdPath : PART.cwd;
    if (record.part(cwd) !== undefined) process.cwd = record.path(cwd) ?? '';
    const exec = record.part(PART.exec, STRUCT_BYTES.exec);
    if (exec === undefined) return;
    process.name = record.comm;
    process.argv = record.argv();
    process.environment = record.environment();
    process.stdin = record.path(PART.stdin) ?? '';
    process.exePath = record.path(PART.exe) ?? '';
    process.tty = exec.readUInt32LE(0);
    process.layer = exec.readUInt32LE(4);
    process.capabilities = {
      permitted: exec.readBigUInt64LE(8),
      effective: exec.readBigUInt64LE(16),
      inheritable: exec.readBigUInt64LE(24),
    };
    process.exeIno = Number(exec.readBigUInt64LE(32));
    process.startedNs ??= record.timeNs;
    process.startRecorded = true;
  }
}
