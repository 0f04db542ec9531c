/**
 * Text that may hold bytes which are no UTF-8: paths and arguments are bytes to the kernel, and conditions are about these bytes (Falco's engine 0.63).
 * Such a byte stands in a text as a lone surrogate, U+DC00 and its value, which no decoded text has: so operators on texts compare bytes.
 */
// With `u` the half of a pair is none: only what stands alone.
const RAW_BYTE = /[\udc80-\udcff]/u;
const RAW_BYTES = /([\udc80-\udcff]+)/u;
const REPLACEMENT = '\ufffd';

/** The text of bytes; nothing of them is lost. */
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

/** The bytes of a text: the other way round. */
export function bytesOfText(text: string): Buffer {
  if (!hasRawBytes(text)) return Buffer.from(text);
  const parts = text
    .split(RAW_BYTES)
    .map((part) => (RAW_BYTE.test(part) ? Buffer.from(part, 'latin1') : Buffer.from(part)));
  return Buffer.concat(parts);
}

/** The text as it can stand in JSON and protobuf: what is no UTF-8 becomes U+FFFD. */
export function shownText(text: string): string {
  return hasRawBytes(text) ? bytesOfText(text).toString('utf8') : text;
}

/** Whether bytes that are no UTF-8 stand in a text. */
export function hasRawBytes(text: string): boolean {
  return RAW_BYTE.test(text);
}

/** A byte as it stands in a text, by itself. */
export function byteText(byte: number): string {
  return String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte);
}

/** How many bytes the character at `at` has; 0 when none begins there. */
function sequenceLength(bytes: Buffer, at: number): number {
  for (const length of [1, 2, 3, 4]) {
    if (at + length > bytes.length) return 0;
    const text = bytes.toString('utf8', at, at + length);
    if (!text.includes(REPLACEMENT) || bytes.subarray(at, at + length).equals(Buffer.from(REPLACEMENT))) return length;
  }
  return 0;
}
