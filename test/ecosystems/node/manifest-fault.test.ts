import { expect, it } from 'vitest';
import { manifestOf } from '../../../src/ecosystems/recognition/choose.js';

it.each([
  ['an empty one', '', 'the Gemfile is empty'],
  ['one that is no text', 'gem "a"\0', 'the Gemfile is not text'],
  ['any text', '# nothing\n', null],
])('of a Gemfile is told what is wrong: %s', (_case, content, fault) => {
  expect(manifestOf('bundler').faultOf(Buffer.from(content), 100)).toBe(fault);
});
