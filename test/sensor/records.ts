import { HEADER, PART, type PartTag, RECORD_KIND } from '../../src/sensor/probe/layout.js';

/** What a record in a test says; the rest is zero. */
export interface RecordSpec {
  readonly kind?: keyof typeof RECORD_KIND;
  readonly nr?: number;
  readonly ret?: number;
  readonly args?: readonly number[];
  readonly pid?: number;
  readonly ppid?: number;
  readonly vpid?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly timeNs?: bigint;
  readonly comm?: string;
  readonly containerId?: string;
  readonly parts?: readonly (readonly [PartTag, Buffer | string])[];
}

/** The bytes that the probe would write. */
export function recordBytes(spec: RecordSpec): Buffer {
  const parts = (spec.parts ?? []).map(([tag, content]) => {
    const bytes = Buffer.from(content);
    const head = Buffer.alloc(4);
    head.writeUInt16LE(tag, 0);
    head.writeUInt16LE(bytes.length, 2);
    return Buffer.concat([head, bytes]);
  });
  const header = Buffer.alloc(HEADER.size);
  header.writeUInt16LE(RECORD_KIND[spec.kind ?? 'syscall'], HEADER.kind);
  header.writeUInt16LE(spec.nr ?? 0xffff, HEADER.nr);
  header.writeBigUInt64LE(spec.timeNs ?? 1_000_000_000n, HEADER.timeNs);
  header.writeBigInt64LE(BigInt(spec.ret ?? 0), HEADER.ret);
  for (const [index, value] of (spec.args ?? []).entries())
    header.writeBigInt64LE(BigInt(value), HEADER.args + index * 8);
  header.writeUInt32LE(spec.pid ?? 100, HEADER.pid);
  header.writeUInt32LE(spec.pid ?? 100, HEADER.tid);
  header.writeUInt32LE(spec.ppid ?? 1, HEADER.ppid);
  header.writeUInt32LE(spec.vpid ?? 7, HEADER.vpid);
  header.writeUInt32LE(spec.uid ?? 0, HEADER.uid);
  header.writeUInt32LE(spec.gid ?? 0, HEADER.gid);
  header.write(spec.comm ?? 'node', HEADER.comm, 'latin1');
  header.write(spec.containerId ?? 'c'.repeat(64), HEADER.container, 'latin1');
  const bytes = Buffer.concat([header, ...parts]);
  bytes.writeUInt32LE(bytes.length, 0);
  return bytes;
}

/** The parts of a successful exec. */
export function execParts(exe: string, cwd: string, argv: readonly string[]): [PartTag, Buffer][] {
  return [
    [PART.exec, Buffer.alloc(40)],
    [PART.exe, Buffer.from(exe)],
    [PART.cwd, Buffer.from(cwd)],
    [PART.argv, Buffer.from(argv.map((arg) => `${arg}\0`).join(''))],
  ];
}

/** The part of a fork that says who the child is. */
export function childPart(pid: number, vpid: number): [PartTag, Buffer] {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(pid, 0);
  bytes.writeUInt32LE(vpid, 4);
  return [PART.child, bytes];
}
