import { expect, it } from 'vitest';
import { hasCode } from '../../src/errors/code.js';

it.each([
  ['an error with this code', Object.assign(new Error('x'), { code: 'ENOENT' }), true],
  ['an error with another code', Object.assign(new Error('x'), { code: 'EPERM' }), false],
  ['an error without a code', new Error('ENOENT'), false],
  ['what is no error', { code: 'ENOENT' }, false],
  ['nothing', undefined, false],
])('%s: %s', (_title, thrown, expected) => {
  expect(hasCode(thrown, 'ENOENT')).toBe(expected);
});
