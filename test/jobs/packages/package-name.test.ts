import { expect, test } from 'vitest';
import { isPackageName } from '../../../src/jobs/packages/package-name.js';

test.each([
  ['left-pad'],
  ['@scope/name'],
  ['JSONStream'],
  ['..a'],
  ['a b'],
  ['@a/b.c'],
  ['日本'],
  ['x'.repeat(214)],
  ['constructor'],
  ['%2e%2e'],
])('%j can be asked for', (name) => expect(isPackageName(name)).toBe(true));

test.each([
  [''],
  ['.'],
  ['..'],
  ['../a'],
  ['a/b'],
  ['@a/b/c'],
  ['@a/..'],
  ['@/b'],
  ['/etc/passwd'],
  ['a\\b'],
  ['a\u0000b'],
  ['a\nb'],
  ['\u202ea'],
  ['\ud800'],
  ['x'.repeat(215)],
])('%j can’t', (name) => expect(isPackageName(name)).toBe(false));
