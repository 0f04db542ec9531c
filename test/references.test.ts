import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { globSync } from 'tinyglobby';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FILES = globSync(
  ['{src,bench,rules,falco,image,scripts,deploy,docs,test}/**/*.{ts,cjs,mjs,c,h,yaml,md,rb}', '*.md'],
  {
    cwd: ROOT,
    ignore: ['**/large-app/**', 'test/ecosystems/**/cases/**'],
  },
);
/** A path of the repository between backticks or parentheses, or a Markdown link. */
const PATH = /[`(]((?:src|docs|test|rules|image|scripts|bench|falco|deploy|web|ci|templates|data)\/[\w./-]+\.\w+)[`)]/g;
const LINK = /\]\(((?!https?:|#|mailto:)[^)#\s]+)/g;
/** Papers that were only lent to the project. */
const LENT = /\bfacts\/[\w-]+\.md|\bDESIGN(?:\.md)?\s?§/;

function dangling(file: string): readonly string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const paths = [...text.matchAll(PATH)].map(([, path = '']) => join(ROOT, path));
  const links = file.endsWith('.md')
    ? [...text.matchAll(LINK)].map(([, path = '']) => join(ROOT, file, '..', path))
    : [];
  const lent = file === 'test/references.test.ts' ? [] : (text.match(LENT) ?? []);
  return [...[...paths, ...links].filter((path) => !existsSync(path)), ...lent].map((what) => `${file}: ${what}`);
}

it('nothing refers to a file that is not in the repository', () => {
  expect(FILES.length).toBeGreaterThan(500);
  expect(FILES.flatMap(dangling)).toEqual([]);
});
