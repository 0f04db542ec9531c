import { isUtf8 } from 'node:buffer';
import type { BodyKind } from './request.js';

/** How many characters of a body a report shows. */
export const SHOWN_CHARS = 1_000;

/** A body of this size may have been truncated. */
const TRUNCATED_FROM = 1024 ** 2;

/** The type of a decoded body: as declared if that is plausible, otherwise guessed from the content. */
export function kindOf(bytes: Buffer, contentType: string | undefined): BodyKind {
  if (bytes.length === 0) return 'none';
  const type = (contentType ?? '').toLowerCase();
  if (/^multipart\//.test(type)) return 'multipart';
  if (!isUtf8(bytes.length < TRUNCATED_FROM ? bytes : cutBetweenCharacters(bytes)) || bytes.includes(0))
    return 'binary';
  const text = bytes.toString('utf8').trimStart();
  if (/^[[{]/.test(text)) return 'json';
  return /x-www-form-urlencoded/.test(type) && /^[^\s=&]+=/.test(text) ? 'form' : 'text';
}

/** The beginning of a body as a single line of text. */
export function shown(bytes: Buffer, kind: BodyKind): string {
  if (kind === 'none') return '';
  const start = bytes.subarray(0, SHOWN_CHARS * 4);
  const text = kind === 'binary' || kind === 'unread' ? printableRuns(start) : start.toString('utf8');
  // biome-ignore format: one line
  return text.replace(/\s+/g, ' ').replace(/[\0-\x1f\x7f-\x9f]/g, '').trim().slice(0, SHOWN_CHARS);
}

/** The readable parts of binary data, as `strings` prints them. */
function printableRuns(bytes: Buffer): string {
  const runs = bytes.toString('latin1').match(/[\x20-\x7e]{6,}/g) ?? [];
  return runs.join(' ');
}

/** A truncated body may end in the middle of a character. */
function cutBetweenCharacters(bytes: Buffer): Buffer {
  for (let end = bytes.length; end > Math.max(0, bytes.length - 4); end -= 1) {
    if (isUtf8(bytes.subarray(0, end))) return bytes.subarray(0, end);
  }
  return bytes;
}
