import { textOfBytes } from '../../rules/index.js';
import { HEADER, PART, type PartTag, RECORD_KIND } from './layout.js';

const HIGH_WORD = 2 ** 32;
/** The limit for an argument list or an environment in the probe (`ARGV_BYTES`, `ENV_BYTES`). */
const CUT_BYTES = 4096;

/** A signed 64-bit number; exact up to 2^53. */
function readInt64(bytes: Buffer, at: number): number {
  return bytes.readInt32LE(at + 4) * HIGH_WORD + bytes.readUInt32LE(at);
}

/** The text of a C string; bytes that are not valid UTF-8 are preserved until an alert is written. */
function textOf(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return textOfBytes(end === -1 ? bytes : bytes.subarray(0, end));
}

/** A record about a process in a container: a view of the probe's bytes, decoded on access. */
export class ProcessRecord {
  #containerId: string | undefined;

  constructor(readonly bytes: Buffer) {}

  get kind(): 'syscall' | 'fork' | 'exit' {
    const kind = this.bytes.readUInt16LE(HEADER.kind);
    if (kind === RECORD_KIND.fork) return 'fork';
    return kind === RECORD_KIND.exit ? 'exit' : 'syscall';
  }

  /** The x86-64 system call number; 65535 if there is none. */
  get nr(): number {
    return this.bytes.readUInt16LE(HEADER.nr);
  }

  /** Nanoseconds since the epoch. */
  get timeNs(): bigint {
    return this.bytes.readBigUInt64LE(HEADER.timeNs);
  }

  /** The call's return value (minus errno on failure), the child's pid, or the wait status. */
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

  /** One of the header's ids in the host's namespace (`vpid`, `vtid`, `sid`, `pgid`: in the container's). */
  id(name: 'pid' | 'tid' | 'ppid' | 'vpid' | 'vtid' | 'sid' | 'pgid' | 'uid' | 'gid' | 'loginuid'): number {
    return this.bytes.readUInt32LE(HEADER[name]);
  }

  /** The thread's current name: at most 15 bytes. */
  get comm(): string {
    return textOf(this.bytes.subarray(HEADER.comm, HEADER.container));
  }

  /** Docker's full id: 64 hexadecimal digits. */
  get containerId(): string {
    this.#containerId ??= this.bytes.toString('latin1', HEADER.container, HEADER.size);
    return this.#containerId;
  }

  /** The bytes of a part; undefined if the record does not have it, or with fewer bytes than its structure has. */
  part(tag: PartTag, minBytes = 0): Buffer | undefined {
    const { bytes } = this;
    let at: number = HEADER.size;
    while (at + 4 <= bytes.length) {
      const end = at + 4 + bytes.readUInt16LE(at + 2);
      if (end > bytes.length) return undefined;
      if (bytes.readUInt16LE(at) === tag) return end - at - 4 < minBytes ? undefined : bytes.subarray(at + 4, end);
      at = end;
    }
    return undefined;
  }

  /** A part decoded as text. */
  text(tag: PartTag): string | undefined {
    const bytes = this.part(tag);
    return bytes === undefined ? undefined : textOf(bytes);
  }

  /** A part that is a path from the kernel. Also undefined if the path is so deep that its beginning is missing. */
  path(tag: PartTag): string | undefined {
    const text = this.text(tag);
    return text?.startsWith('/') === true ? text : undefined;
  }

  /** argv; empty if it could not be read. */
  argv(): string[] {
    return this.#texts(PART.argv);
  }

  /** The environment as `NAME=value` texts; empty if it could not be read. */
  environment(): string[] {
    return this.#texts(PART.env);
  }

  #texts(tag: PartTag): string[] {
    const bytes = this.part(tag);
    if (bytes === undefined || bytes.length === 0) return [];
    // Rules check the length of truncated lists, which Falco counts in bytes; so don't decode those as UTF-8.
    const texts = (bytes.length >= CUT_BYTES ? bytes.toString('latin1') : textOfBytes(bytes)).split('\0');
    // The list ends with a NUL unless it was truncated.
    if (texts.at(-1) === '') texts.pop();
    return texts;
  }
}
