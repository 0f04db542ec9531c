import { textOfBytes } from '../../rules/index.js';
import { HEADER, PART, type PartTag, RECORD_KIND } from './layout.js';

const HIGH_WORD = 2 ** 32;
/** As much of an argument list or an environment as the probe takes (`ARGV_BYTES`, `ENV_BYTES`). */
const CUT_BYTES = 4096;

/** A signed 64-bit number; exact up to 2^53. */
function readInt64(bytes: Buffer, at: number): number {
  return bytes.readInt32LE(at + 4) * HIGH_WORD + bytes.readUInt32LE(at);
}

/** A C string's text; bytes that are no UTF-8 stay what they are until an alert is written. */
function textOf(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return textOfBytes(end === -1 ? bytes : bytes.subarray(0, end));
}

/** What a process in a container did: a view on the probe's bytes, read when asked. */
export class ProcessRecord {
  #containerId: string | undefined;

  constructor(readonly bytes: Buffer) {}

  get kind(): 'syscall' | 'fork' | 'exit' {
    const kind = this.bytes.readUInt16LE(HEADER.kind);
    if (kind === RECORD_KIND.fork) return 'fork';
    return kind === RECORD_KIND.exit ? 'exit' : 'syscall';
  }

  /** x86-64's system call number; 65535 where there is none. */
  get nr(): number {
    return this.bytes.readUInt16LE(HEADER.nr);
  }

  /** Nanoseconds since the epoch. */
  get timeNs(): bigint {
    return this.bytes.readBigUInt64LE(HEADER.timeNs);
  }

  /** What the call returned (minus errno on failure), the child's pid, the wait status. */
  get ret(): number {
    return readInt64(this.bytes, HEADER.ret);
  }

  /** An argument as a 32-bit signed number: descriptors, pids, commands. */
  int(index: number): number {
    return this.bytes.readInt32LE(HEADER.args + index * 8);
  }

  /** An argument as a 32-bit unsigned number: flags, modes. */
  uint(index: number): number {
    return this.bytes.readUInt32LE(HEADER.args + index * 8);
  }

  /** An argument as a 64-bit signed number: lengths. */
  long(index: number): number {
    return readInt64(this.bytes, HEADER.args + index * 8);
  }

  /** An argument as a 64-bit address, in hexadecimal digits. */
  hex(index: number): string {
    return this.bytes.readBigUInt64LE(HEADER.args + index * 8).toString(16);
  }

  /** One of the header's ids, as the host numbers them (`vpid`, `vtid`, `sid`, `pgid`: as the container does). */
  id(name: 'pid' | 'tid' | 'ppid' | 'vpid' | 'vtid' | 'sid' | 'pgid' | 'uid' | 'gid' | 'loginuid'): number {
    return this.bytes.readUInt32LE(HEADER[name]);
  }

  /** The thread's name now: at most 15 bytes. */
  get comm(): string {
    return textOf(this.bytes.subarray(HEADER.comm, HEADER.container));
  }

  /** Docker's full id: 64 hexadecimal digits. */
  get containerId(): string {
    this.#containerId ??= this.bytes.toString('latin1', HEADER.container, HEADER.size);
    return this.#containerId;
  }

  /** The bytes of a part; undefined where the record has none. */
  part(tag: PartTag): Buffer | undefined {
    const { bytes } = this;
    let at: number = HEADER.size;
    while (at + 4 <= bytes.length) {
      const end = at + 4 + bytes.readUInt16LE(at + 2);
      if (end > bytes.length) return undefined;
      if (bytes.readUInt16LE(at) === tag) return bytes.subarray(at + 4, end);
      at = end;
    }
    return undefined;
  }

  /** A part that is a text. */
  text(tag: PartTag): string | undefined {
    const bytes = this.part(tag);
    return bytes === undefined ? undefined : textOf(bytes);
  }

  /** A part that is a path of the kernel's. Undefined also for one so deep that its beginning is not known. */
  path(tag: PartTag): string | undefined {
    const text = this.text(tag);
    return text?.startsWith('/') === true ? text : undefined;
  }

  /** argv; empty where it could not be read. */
  argv(): string[] {
    return this.#texts(PART.argv);
  }

  /** The environment, `NAME=value` each; empty where it could not be read. */
  environment(): string[] {
    return this.#texts(PART.env);
  }

  #texts(tag: PartTag): string[] {
    const bytes = this.part(tag);
    if (bytes === undefined || bytes.length === 0) return [];
    // Of one that was cut rules count the length; by bytes, as Falco does.
    const texts = (bytes.length >= CUT_BYTES ? bytes.toString('latin1') : textOfBytes(bytes)).split('\0');
    // The list ends with a NUL, unless it was cut.
    if (texts.at(-1) === '') texts.pop();
    return texts;
  }
}
