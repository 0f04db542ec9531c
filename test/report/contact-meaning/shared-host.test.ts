import { expect, it } from 'vitest';
import { isSharedHost } from '../../../src/report/contact-meaning/shared-host.js';

it.each([
  ['github.com', true],
  ['api.github.com', true],
  ['raw.githubusercontent.com', true],
  ['storage.googleapis.com', true],
  ['bucket.s3.amazonaws.com', true],
  ['somebody.github.io', true],
  ['203.0.113.9', true],
  ['[2001:db8::1]', true],
  ['localhost', true],
  ['download.cypress.io', false],
  ['download.cypress.io:8443', false],
  ['https://binaries.soliditylang.org/list.json', false],
])('%s is shared: %s', (host, isShared) => expect(isSharedHost(host)).toBe(isShared));
