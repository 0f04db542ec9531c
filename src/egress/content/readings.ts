import { gunzipped } from './inflate.js';

/** Bytes that stand in others by one or more encodings. */
export interface Reading {
  readonly bytes: Buffer;
  /** From the inside out. */
  readonly how: readonly string[];
}

/** Who encodes oftener is not followed; nor is more read than so many bytes in all. */
const MAX_DEPTH = 3;
const MAX_BYTES = 8 * 1024 ** 2;
const MAX_RUNS = 200;
/** A shorter piece of an encoding holds too little to be told from chance. */
const BASE64_RUN = /[A-Za-z0-9+/_-]{24,}/g;
const HEX_RUN = /(?:[0-9a-fA-F]{2}){16,}/g;

/**
 * What else may be read in some bytes: backwards, by gzip, base64, hexadecimal, `%xx` and JSON's `\u`, one within the other. The bytes
 * as they are and one layer of base64, hexadecimal and base32 are known to the matcher.
 */
export async function* readings(bytes: Buffer): AsyncGenerator<Reading> {
  let left = MAX_BYTES;
  const waiting: Reading[] = [{ bytes, how: [] }];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    for (const found of [...(await unzipped(next)), ...unwrapped(next)]) {
      left -= found.bytes.length;
      if (left < 0) return;
      yield found;
      if (found.how.length < MAX_DEPTH) waiting.push(found);
    }
  }
}

async function unzipped({ bytes, how }: Reading): Promise<readonly Reading[]> {
  const inner = await gunzipped(bytes, MAX_BYTES / 8);
  return inner === undefined || inner.bytes.length === 0 ? [] : [{ bytes: inner.bytes, how: ['gzip', ...how] }];
}

function unwrapped({ bytes, how }: Reading): readonly Reading[] {
  const text = bytes.toString('latin1');
  const found: Reading[] = [];
  const add = (name: string, inner: Buffer): unknown => found.push({ bytes: inner, how: [name, ...how] });
  if (how[0] !== 'reverse') add('reverse', Buffer.from(bytes).reverse());
  for (const run of runs(text, BASE64_RUN)) add('base64', Buffer.from(run, 'base64'));
  for (const run of runs(text, HEX_RUN)) add('hex', Buffer.from(run, 'hex'));
  const undone = text
    .replace(/%([0-9a-f]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/\\u00([0-9a-f]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  if (undone !== text) add('escapes', Buffer.from(undone, 'latin1'));
  return found;
}

/** Lines of an encoding that was wrapped are one run. */
function runs(text: string, pattern: RegExp): readonly string[] {
  return (text.replace(/(?<=[\w+/=-])(?:\r?\n|\\n)(?=[\w+/=-])/g, '').match(pattern) ?? []).slice(0, MAX_RUNS);
}
