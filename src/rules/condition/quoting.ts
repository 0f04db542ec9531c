import { TextError } from '../errors.js';
import { bytesOfText, byteText, hasRawBytes, textOfBytes } from '../load/raw-text.js';

/** `\xHH`, a byte (since Falco's engine 0.63). */
const HEX_BYTE = /^[0-9a-fA-F]{2}$/;

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  // Falco accepts backslash-blank for old, wrongly escaped rules: it means a single backslash.
  [' ', '\\'],
  ['\\', '\\'],
  ['/', '/'],
]);

/**
 * The value of a quoted string; `quoted` includes the quotes (libs filter/escaping.cpp).
 *
 * @throws TextError for an escape that Falco does not know; `start` is the position of the string in its condition
 */
export function unquote(quoted: string, start: number): string {
  const quote = quoted.charAt(0);
  let value = '';
  for (let i = 1; i < quoted.length - 1; i++) {
    const char = quoted.charAt(i);
    if (char !== '\\') {
      value += char;
      continue;
    }
    const escaped = quoted.charAt(++i);
    if (i >= quoted.length - 1) break;
    const byte = escaped === 'x' ? HEX_BYTE.exec(quoted.slice(i + 1, i + 3))?.[0] : undefined;
    if (byte !== undefined) {
      value += byteText(Number.parseInt(byte, 16));
      i += 2;
      continue;
    }
    const plain = escaped === quote ? quote : ESCAPES.get(escaped);
    if (plain === undefined) throw new TextError(escapeMessage(escaped, quote), start + i - 1, start + i + 1);
    value += plain;
  }
  // Bytes that form a valid character become that character.
  return textOfBytes(bytesOfText(value));
}

function escapeMessage(escaped: string, quote: string): string {
  if (escaped === '"' || escaped === "'") return `invalid \\${escaped} escape in ${quote}-quoted string`;
  return `unsupported string escape sequence: \\${escaped}`;
}

const NAMED: ReadonlyMap<string, string> = new Map([
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['"', '\\"'],
]);

/** The inverse of `unquote`: a double-quoted string with this value. */
export function quote(value: string): string {
  let text = '';
  // Iterate over characters, so that half of a surrogate pair is not mistaken for a raw byte.
  const chars = [...value];
  for (const [i, char] of chars.entries()) {
    // A doubled backslash before the closing quote would read as an escaped quote; backslash-blank does not.
    if (char === '\\') text += i === chars.length - 1 ? '\\ ' : '\\\\';
    else if (hasRawBytes(char)) text += `\\x${(char.charCodeAt(0) & 0xff).toString(16)}`;
    else text += NAMED.get(char) ?? char;
  }
  return `"${text}"`;
}
