import { unzipped } from './inflate.js';
import { joinedValues } from './joined-values.js';
import { unescaped } from './unescaped.js';

/** Bytes found inside other bytes by undoing one or more encodings. */
export interface Decoding {
  readonly bytes: Buffer;
  /** The undone encodings, from the inside out. */
  readonly how: readonly string[];
}

/** Limits for nested encodings, and for the decoded bytes in total. */
const MAX_DEPTH = 3;
const MAX_BYTES = 8 * 1024 ** 2;
const MAX_READINGS = 2_000;
/** How many runs of one kind are decoded in a text, the longest first. */
const MAX_RUNS = 200;
/** How many times raw deflate is tried. */
const MAX_TRIES = 32;
/** Shorter runs are indistinguishable from ordinary text. */
const BASE64_RUN = /[A-Za-z0-9+/_-]{24,}/g;
const HEX_RUN = /(?:[0-9a-fA-F]{2}){16,}/g;
const SPACED_HEX_RUN = /(?:[0-9a-fA-F]{2}[:\s-]){15,}[0-9a-fA-F]{2}/g;
/** Single characters with something between each two of them: `n-p-m-_-…`. */
const SPREAD_RUN = /(?:[\w+/=][^\w+/=]{1,4}){15,}[\w+/=]/g;
const DECIMAL_RUN = /(?:\b\d{1,3}\s*,\s*){11,}\d{1,3}\b/g;
/** How many bytes are checked to recognize text. */
const LOOK = 96;

/**
 * What else the bytes may contain: reversed, gzip, zlib, deflate, base64, hexadecimal, decimal numbers, single characters with others
 * between them, UTF-16, percent-encoded and other escapes, and values joined together, also nested. The bytes themselves and a single layer of base64, hexadecimal and base32 are covered by
 * the matcher. `cut` is called if a limit was reached.
 */
export async function* decodings(bytes: Buffer, cut: () => void = () => undefined): AsyncGenerator<Decoding> {
  let left = MAX_BYTES;
  let count = 0;
  let tries = MAX_TRIES;
  const waiting: Decoding[] = [{ bytes, how: [] }];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    // Raw deflate has no magic number, so it is tried on everything that is not text.
    const mayBeRaw = tries > 0 && !isText(next.bytes);
    if (mayBeRaw) tries -= 1;
    for (const found of [...(await inflated(next, mayBeRaw)), ...unwrapped(next, cut)]) {
      left -= found.bytes.length;
      count += 1;
      if (left < 0 || count > MAX_READINGS) return cut();
      yield found;
      if (found.how.length < MAX_DEPTH) waiting.push(found);
    }
  }
}

async function inflated({ bytes, how }: Decoding, mayBeRaw: boolean): Promise<readonly Decoding[]> {
  const inner = await unzipped(bytes, MAX_BYTES / 8, mayBeRaw);
  return inner === undefined || inner.bytes.length === 0 ? [] : [{ bytes: inner.bytes, how: [inner.by, ...how] }];
}

/** Undoes one layer. */
export function unwrapped({ bytes, how }: Decoding, cut: () => void = () => undefined): readonly Decoding[] {
  const text = bytes.toString('latin1');
  const found: Decoding[] = [];
  const add = (name: string, inner: Buffer): unknown => found.push({ bytes: inner, how: [name, ...how] });
  if (how[0] !== 'reverse') add('reverse', Buffer.from(bytes).reverse());
  if (bytes.includes(0)) add('UTF-16', bytes.filter((byte) => byte !== 0) as Buffer);
  for (const run of runs(text, BASE64_RUN, cut)) {
    for (const inner of shifted(run, 4, 'base64')) add('base64', inner);
  }
  for (const run of runs(text, HEX_RUN, cut)) for (const inner of shifted(run, 2, 'hex')) add('hex', inner);
  for (const run of text.match(SPACED_HEX_RUN) ?? []) add('hex', Buffer.from(run.replace(/[:\s-]/g, ''), 'hex'));
  for (const run of text.match(DECIMAL_RUN) ?? []) add('numbers', Buffer.from(run.split(',').map(Number)));
  for (const run of text.match(SPREAD_RUN) ?? []) {
    add('spread', Buffer.from(run.replace(/[^\w+/=]/g, ''), 'latin1'));
  }
  const undone = unescaped(text);
  if (undone !== text) add('escapes', Buffer.from(undone, 'latin1'));
  for (const joined of joinedValues(text)) add('pieces', Buffer.from(joined, 'latin1'));
  return found;
}

/** Characters of the same alphabet may precede the encoded data: if decoding from the start makes no sense, other offsets that do are added. */
function shifted(run: string, most: number, encoding: 'base64' | 'hex'): readonly Buffer[] {
  const first = Buffer.from(run, encoding);
  if (makesSense(first)) return [first];
  const others = Array.from({ length: most - 1 }, (_, at) => Buffer.from(run.slice(at + 1), encoding));
  return [first, ...others.filter(makesSense)];
}

/** Whether the bytes are text, or start like gzip or zlib data. */
function makesSense(bytes: Buffer): boolean {
  const [first, second = 0] = bytes;
  if (first === 0x1f && second === 0x8b) return true;
  return (first === 0x78 && [0x01, 0x5e, 0x9c, 0xda].includes(second)) || isText(bytes);
}

function isText(bytes: Buffer): boolean {
  const look = bytes.subarray(0, LOOK);
  return look.every(
    (byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0 || byte === 0x09 || byte === 0x0a || byte === 0x0d,
  );
}

/** Joins the lines of a wrapped encoding into one run. */
function runs(text: string, pattern: RegExp, cut: () => void): readonly string[] {
  const all = text.replace(/(?<=[\w+/=-])(?:\r?\n|\\n)(?=[\w+/=-])/g, '').match(pattern) ?? [];
  if (all.length <= MAX_RUNS) return all;
  cut();
  return all.toSorted((a, b) => b.length - a.length).slice(0, MAX_RUNS);
}
