/** Formats by their first bytes, as `file` knows them, each with its offset. */
const MAGIC: readonly (readonly [name: string, bytes: string, offset?: number])[] = [
  ['gzip data', '\x1f\x8b'],
  ['a zip archive', 'PK\x03\x04'],
  ['an empty zip archive', 'PK\x05\x06'],
  ['xz data', '\xfd7zXZ\0'],
  ['zstd data', '\x28\xb5\x2f\xfd'],
  ['bzip2 data', 'BZh'],
  ['lz4 data', '\x04\x22\x4d\x18'],
  ['lzip data', 'LZIP'],
  ['lzma data', '\x5d\0\0'],
  ['compress data (.Z)', '\x1f\x9d'],
  ['a 7z archive', '7z\xbc\xaf\x27\x1c'],
  ['a rar archive', 'Rar!\x1a\x07'],
  ['a cpio archive', '07070'],
  ['an ar archive', '!<arch>\n'],
  ['gzip data in base64', 'H4sI'],
  ['a plain tar, not compressed', 'ustar', 257],
];
const TEXT = /^[\t\n\r\x20-\x7e]+$/;

/** How many bytes are needed to recognize a format: the first header of a tar. */
const HEAD_BYTES = 512;

/** A description of data that starts with `head`, for a message; undefined if unknown. */
export function formatOf(head: Buffer): string | undefined {
  const text = head.toString('latin1', 0, HEAD_BYTES);
  const found = MAGIC.find(([, bytes, offset = 0]) => text.startsWith(bytes, offset));
  if (found !== undefined) return found[0];
  if (!TEXT.test(text)) return undefined;
  return /^--\S+\r?\n/.test(text) ? 'a form (send the file itself: curl --data-binary @FILE)' : 'text';
}
