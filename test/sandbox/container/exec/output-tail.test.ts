import { describe, expect, it } from 'vitest';
import { FrameReader } from '../../../../src/sandbox/container/exec/frames.js';
import { OutputTail } from '../../../../src/sandbox/container/exec/output-tail.js';

function frame(stream: number, text: string): Buffer {
  const payload = Buffer.from(text);
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

/** What a reader makes of bytes that come in pieces of `size`. */
function read(bytes: Buffer, size: number): { stdout: string; stderr: string } {
  const out = { stdout: '', stderr: '' };
  const reader = new FrameReader((name, payload) => {
    out[name] += payload.toString('latin1');
  });
  for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
  return out;
}

describe('the multiplexed stream', () => {
  const bytes = Buffer.concat([frame(1, 'out'), frame(2, 'error'), frame(1, ''), frame(1, ' and more')]);

  it.each([1, 2, 3, 7, 8, 9, 1000])('is taken apart whatever its pieces are: %i bytes', (size) => {
    expect(read(bytes, size)).toEqual({ stdout: 'out and more', stderr: 'error' });
  });

  it('of a program that writes single bytes is no deeper than any other', () => {
    const many = Buffer.concat(Array.from({ length: 100_000 }, () => frame(1, 'x')));
    expect(read(many, many.length).stdout).toHaveLength(100_000);
  });

  it('hands on a frame that is longer than memory should hold, piece by piece', () => {
    const pieces: number[] = [];
    const reader = new FrameReader((_name, payload) => pieces.push(payload.length));
    reader.push(Buffer.from([1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]));
    reader.push(Buffer.alloc(1000));
    reader.push(Buffer.alloc(500));
    expect(pieces).toEqual([1000, 500]);
  });
});

describe('the tail of an output', () => {
  it.each<[string, number, string[], string]>([
    ['nothing', 8, [], ''],
    ['less than fits', 8, ['abc', 'de'], 'abcde'],
    ['just what fits', 8, ['abcd', 'efgh'], 'abcdefgh'],
    ['one byte more', 8, ['abcdefgh', 'i'], 'bcdefghi'],
    ['one long piece', 4, ['abcdefghij'], 'ghij'],
    ['many laps', 3, Array.from({ length: 1000 }, (_, n) => `${n % 10}`), '789'],
    ['a character cut in two', 4, ['aé€', 'b'], '€b'],
  ])('%s', (_case, limit, pieces, expected) => {
    const tail = new OutputTail(limit);
    for (const piece of pieces) tail.push(Buffer.from(piece));
    expect(tail.text()).toBe(expected);
    expect(tail.total).toBe(Buffer.byteLength(pieces.join('')));
  });

  it.each([200_000, 100_000, 16_384, 65_536])('is what came last of 288,890 bytes, as far as %i reach', (limit) => {
    const pieces = Array.from({ length: 50_000 }, (_, index) => `${index}\n`);
    const tail = new OutputTail(limit);
    for (const piece of pieces) tail.push(Buffer.from(piece));
    // Not by `toBe`, which would print both.
    expect(tail.text() === pieces.join('').slice(-limit)).toBe(true);
  });
});
