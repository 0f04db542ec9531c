import { isUtf8 } from 'node:buffer';
import type { BodyKind } from './request.js';

/** How much of a body a report shows, in characters. */
export const SHOWN_CHARS = 1_000;

/** A body of so many bytes may have been cut. */
const CUT_FROM = 1024 ** 2;

/** What a decoded body is: by what it says it is where that holds, else by what it looks like. */
export function kindOf(bytes: Buffer, contentType: string | undefined): BodyKind {
  if (bytes.length === 0) return 'none';
  const type = (contentType ?? '').toLowerCase();
  if (/^multipart\//.test(type)) return 'multipart';
  if (!isUtf8(bytes.length < CUT_FROM ? bytes : cutBetweenCharacters(bytes)) || bytes.includes(0)) return 'binary';
  const text = bytes.toString('utf8').trimStart();
  if (/^[[{]/.test(text)) return 'json';
  return /x-www-form-urlencoded/.test(type) && /^[^\s=&]+=/.test(text) ? 'form' : 'text';
}

/** The beginning of a body as a line of text. */
export function shown(bytes: Buffer, kind: BodyKind): string {
  if (kind === 'none') return '';
  const start = bytes.subarray(0, SHOWN_CHARS * 4);
  const text = kind === 'binary' || kind === 'unread' ? printableRuns(start) : start.toString('utf8');
  // biome-ignore format: one line
  return text.replace(/\s+/g, ' ').replace(/[\0-\x1f\x7f-\x9f]/g, '').trim().slice(0, SHOWN_CHARS);
}

/** What of binary data can be read: `strings`. */
function printableRuns(bytes: Buffer): string {
  const runs = bytes.toString('latin1').match(/[\x20-\x7e]{6,}/g) ?? [];
  return runs.join(' ');
}

/** A body that was cut may end in the middle of a character. */
function cutBetweenCharacters(bytes: Buffer): Buffer {
  for (let end = bytes.length; end > Math.max(0, bytes.length - 4); end -= 1) {
    if (isUtf8(bytes.subarray(0, end))) return bytes.subarray(0, end);
  }
  return bytes;
}
