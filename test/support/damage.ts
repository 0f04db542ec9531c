/** Bytes at which parsers decide something: ends, brackets, quotes, lengths, and what is no UTF-8. */
const TELLING = Buffer.from('\0\n\r\t "\'\\{}[]:,-&*!|>%#@09aé\x7f\x80\xff', 'latin1');
const MAX_CHANGES = 6;

/** A damaged copy: bytes changed, cut out, doubled or taken from another part, up to six times. `random`: a number below its argument. */
export function damaged(sound: Buffer, random: (below: number) => number): Buffer {
  let bytes = Buffer.from(sound);
  for (let changes = 1 + random(MAX_CHANGES); changes > 0; changes -= 1) {
    const at = random(bytes.length + 1);
    const end = Math.min(bytes.length, at + 1 + random(random(4) === 0 ? 64 : 4));
    const from = random(bytes.length + 1);
    const part = [
      Buffer.from([TELLING[random(TELLING.length)] ?? 0]),
      Buffer.from([random(256)]),
      Buffer.alloc(0),
      Buffer.from(bytes.subarray(from, from + random(64))),
    ][random(4)] as Buffer;
    bytes = Buffer.concat([bytes.subarray(0, at), part, bytes.subarray(random(3) === 0 ? at : end)]);
  }
  return bytes;
}
