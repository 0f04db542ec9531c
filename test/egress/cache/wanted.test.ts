import { describe, expect, it } from 'vitest';
import { wantedOf } from '../../../src/egress/cache/wanted.js';

const registry = { url: 'https://r.test/npm/' };
const kindOf = (path: string) => {
  const wanted = wantedOf({ registry, path, headers: {} });
  return wanted === undefined ? 'nothing' : wanted.tarball === undefined ? 'document' : 'tarball';
};

describe('what a cache keeps', () => {
  it.each([
    ['/npm/a', 'document'],
    ['/npm/a/1.0.0', 'document'],
    ['/npm/a/-/a-1.0.0.tgz', 'tarball'],
    ['/npm/a/download/a-1.0.0.tgz', 'tarball'],
    ['/files/a.tgz', 'nothing'],
    ['/npm/a.tgz', 'nothing'],
    ['/files/a-1.0.0.tar.gz', 'nothing'],
  ])('%s: %s', (path, kind) => {
    expect(kindOf(path)).toBe(kind);
  });
});
