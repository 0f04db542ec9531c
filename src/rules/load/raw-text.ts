/**
 * Text that may contain bytes that are not UTF-8: paths and arguments are bytes for the kernel, and conditions are about these bytes (since
 * Falco's engine 0.63). Such a byte is represented by a lone surrogate, U+DC00 plus its value, which never occurs in decoded text; so
 * operators on texts compare bytes.
 */
// With the flag `u` only lone surrogates match, not halves of a pair.
const RAW_BYTE = /[\udc80-\udcff]/u;
const RAW_BYTES = /([\udc80-\udcff]+)/u;
const REPLACEMENT = '\ufffd';

/** Decodes bytes into text without loss. */
export function textOfBytes(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  if (!text.includes(REPLACEMENT)) return text;
  let raw = '';
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    raw += length === 0 ? byteText(bytes[at] ?? 0) : bytes.toString('utf8', at, at + length);
    at += Math.max(1, length);
  }
  return raw;
}

/** The inverse: the bytes of a text. */
export function bytesOfText(text: string): Buffer {
  if (!hasRawBytes(text)) return Buffer.from(text);
  const parts = text
    .split(RAW_BYTES)
    .map((part) => (RAW_BYTE.test(part) ? Buffer.from(part, 'latin1') : Buffer.from(part)));
  return Buffer.concat(parts);
}

/** The text as allowed in JSON and protobuf: bytes that are not UTF-8 become U+FFFD. */
export function shownText(text: string): string {
  return hasRawBytes(text) ? bytesOfText(text).toString('utf8') : text;
}

/** Whether a text contains bytes that are not UTF-8. */
export function hasRawBytes(text: string): boolean {
  return RAW_BYTE.test(text);
}

/** The representation of a single byte in a text. */
export function byteText(byte: number): string {
  return String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte);
}

/** The length in bytes of the character at `at`; 0 if there is no valid character. */
function sequenceLength(bytes: Buffer, at: number): number {
  for (const length of [1, 2, 3, 4]) {
    if (at + length > bytes.length) return 0;
    const text = bytes.toString('utf8', at, at + length);
    if (!text.includes(REPLACEMENT) || bytes.subarray(at, at + length).equals(Buffer.from(REPLACEMENT))) return length;
  }
  return 0;
}
