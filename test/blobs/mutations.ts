import { END, file, folder, gnuLong, hardLink, MANIFEST, pax, symlink } from './tar-writer.js';

const BLOCK = 512;
/** Where a header says what the entry is: name, size, type, link target, magic, prefix. */
const TELLING = [0, 1, 2, 3, 124, 130, 134, 135, 156, 156, 157, 158, 159, 257, 263, 345, 346];
const BYTES = Buffer.from('\0\n ./0123567AKLMSVgx\x80\xff', 'latin1');

const SOUND = Buffer.concat([
  MANIFEST,
  folder('d'),
  file('d/f', 'content'),
  pax({ path: 'd/g', size: '3' }),
  file('x', 'abc'),
  gnuLong('L', `d/${'n'.repeat(120)}`),
  symlink('short', 'f'),
  hardLink('h', 'd/f'),
  END,
]);

/** Changes some bytes, mostly telling ones, and makes the checksums right again. */
export function mutate(random: (below: number) => number): Buffer {
  const tar = Buffer.from(SOUND);
  for (let changes = 1 + random(4); changes > 0; changes--) {
    const block = random(tar.length / BLOCK) * BLOCK;
    const offset = random(4) === 0 ? random(BLOCK) : (TELLING[random(TELLING.length)] ?? 0);
    tar[block + offset] = random(4) === 0 ? random(256) : (BYTES[random(BYTES.length)] ?? 0);
    const header = tar.subarray(block, block + BLOCK);
    header.fill(' ', 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  }
  return tar;
}
