import type { ArchiveErrorCode } from '../../../src/blobs/errors.js';

/** A hostile or broken body, and how it is refused. */
export interface RefusedRow {
  readonly what: string;
  readonly body: () => Buffer;
  readonly code: ArchiveErrorCode;
  /** The entry that the refusal names. */
  readonly entry?: string;
}

export const MIB = 1024 ** 2;
/** A number as GNU tar writes those that octal digits can't hold. */
export const base256 = (value: bigint, bytes = 12) => {
  const field = Buffer.alloc(bytes, value < 0n ? 0xff : 0);
  field.writeBigUInt64BE(BigInt.asUintN(64, value), bytes - 8);
  field[0] = value < 0n ? 0xff : 0x80;
  return field;
};
export const negative = Buffer.alloc(12, 0xff);
export const random = (bytes: number) =>
  Buffer.from(Array.from({ length: bytes }, (_, i) => (i * 7919 + (i >> 3)) % 251));
