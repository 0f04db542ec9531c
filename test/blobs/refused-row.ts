import type { ArchiveErrorCode } from '../../src/blobs/errors.js';

/** A hostile or broken body, and how it is refused. */
export interface RefusedRow {
  readonly what: string;
  readonly body: () => Buffer;
  readonly code: ArchiveErrorCode;
  /** The entry that the refusal names. */
  readonly entry?: string;
}

export const MIB = 1024 ** 2;
export const base256 = (value: bigint) => {
  const field = Buffer.alloc(12);
  field.writeBigUInt64BE(value, 4);
  field[0] = 0x80;
  return field;
};
export const negative = Buffer.alloc(12, 0xff);
export const random = (bytes: number) =>
  Buffer.from(Array.from({ length: bytes }, (_, i) => (i * 7919 + (i >> 3)) % 251));
