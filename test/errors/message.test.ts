import { expect, it } from 'vitest';
import { messageOf } from '../../src/errors/message.js';

it('takes the message of an error, also of a subclass', () => {
  expect(messageOf(new Error('no space left'))).toBe('no space left');
  expect(messageOf(new TypeError('not a list'))).toBe('not a list');
});

it('turns anything else that was thrown into text', () => {
  expect(messageOf('a string')).toBe('a string');
  expect(messageOf(undefined)).toBe('undefined');
  expect(messageOf(404)).toBe('404');
});
