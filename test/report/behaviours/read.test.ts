import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { BEHAVIOURS_FOLDER } from '../../../src/app/own-rules.js';
import { parseBehaviours, readBehaviours } from '../../../src/report/behaviours/read.js';
import { folderOf } from '../../cli/run-cli.js';
import { dataOf } from './findings.js';

const folders: ReturnType<typeof folderOf>[] = [];
afterAll(() => {
  for (const folder of folders) folder.remove();
});
function folderWith(files: Record<string, string | object>): string {
  const folder = folderOf(files);
  folders.push(folder);
  return folder.path;
}

describe('what was measured', () => {
  it('is shipped, and more than a handful', async () => {
    const [data] = await readBehaviours(BEHAVIOURS_FOLDER);
    expect(data?.packages.length).toBeGreaterThan(50);
    expect(data?.behaviours.length).toBeGreaterThan(20);
  });

  it('is read from every file of a folder, and only those', async () => {
    const folder = folderWith({
      'b.json': dataOf(),
      'a.json': dataOf({ rule: 'other' }),
      'README.md': '#',
      'x/c.json': {},
    });
    const all = await readBehaviours(folder);
    expect(all.map(({ behaviours }) => behaviours[0]?.rule)).toEqual(['other', 'Read of package registry credentials']);
  });

  it('is nothing in an empty folder', async () => expect(await readBehaviours(folderWith({}))).toEqual([]));

  it('is refused with the file’s name and the reason', async () => {
    const folder = folderWith({ 'good.json': dataOf(), 'bad.json': dataOf({ versions: '*' }) });
    const error = { code: 'behaviours', message: expect.stringMatching(/bad\.json.*\n?.*\^VERSION/s) };
    await expect(readBehaviours(folder)).rejects.toMatchObject(error);
    await expect(readBehaviours(join(folder, 'none'))).rejects.toMatchObject({ code: 'behaviours' });
  });

  it('is refused where a file is larger than any list needs', async () => {
    const folder = folderWith({});
    writeFileSync(join(folder, 'large.json'), Buffer.alloc(33 * 1024 ** 2, ' '));
    await expect(readBehaviours(folder)).rejects.toThrow(/bytes/);
  });
});

describe('a hostile file is refused', () => {
  const withRange = (versions: string) => JSON.stringify(dataOf({ versions }));
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  it.each([
    ['no JSON', '{'],
    ['another thing', '[]'],
    ['null', 'null'],
    ['deep', deep],
    ['a member more', JSON.stringify({ ...dataOf(), all: true })],
    ['__proto__', JSON.stringify(dataOf()).replace('{', '{"__proto__":{"phase":"install"},')],
    ['every version', withRange('*')],
    ['an open range', withRange('>=1.0.0')],
    ['an empty range', withRange('')],
    ['a range that hides another', withRange('^1.0.0 || *')],
    ['no version', withRange('^x')],
    ['a very long range', withRange(Array(500).fill('^1.0.0').join(' || '))],
    ['a path for a name', JSON.stringify(dataOf({ package: '../../etc' }))],
    ['an empty rule', JSON.stringify(dataOf({ rule: '' }))],
    ['a phase without packages', JSON.stringify(dataOf()).replace('"install"', '"fetch"')],
    ['no place', JSON.stringify(dataOf({ places: [] }))],
    ['an endless place', JSON.stringify(dataOf({ places: ['x'.repeat(1_001)] }))],
    ['an identity for what is usual', JSON.stringify(dataOf()).replace('"phase"', '"sent":"identity","phase"')],
    [
      'a measured version that is none',
      JSON.stringify({ ...dataOf(), packages: [{ name: 'a', versions: ['latest'] }] }),
    ],
  ])('%s', (_title, text) => expect(() => parseBehaviours(text)).toThrow());
});
