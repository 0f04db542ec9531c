import { describe, expect, it } from 'vitest';
import { pathFromComponents, resolvePath, splitPath } from '../../src/sensor/event/path.js';
import { components } from './records.js';

describe('a path', () => {
  it.each<[base: string | undefined, given: string, full: string]>([
    ['/home', '.env', '/home/.env'],
    ['/', 'x', '/x'],
    ['/home', '', '/home'],
    ['/home/ci', '../../etc/shadow', '/etc/shadow'],
    ['/home', '../../../../x', '/x'],
    ['/home', './a//b/./c/', '/home/a/b/c'],
    ['/home', '...', '/home/...'],
    ['/home', '.hidden/..x', '/home/.hidden/..x'],
    ['/home', '/abs/../etc/./shadow', '/etc/shadow'],
    ['/home', '/', '/'],
    ['/home', '//etc/passwd', '/etc/passwd'],
    ['/home', '/etc/', '/etc'],
    ['/home', '/etc/..', '/'],
    ['/home', '/a/.b', '/a/.b'],
    [undefined, '/etc/shadow', '/etc/shadow'],
    [undefined, 'relative', '<UNKNOWN>'],
  ])('in %s: %s is %s', (base, given, full) => {
    expect(resolvePath(base, given)).toBe(full);
  });

  it.each([
    ['/usr/bin/node', '/usr/bin', 'node'],
    ['/etc', '/', 'etc'],
    ['memfd', '', 'memfd'],
  ])('%s parts into %s and %s', (path, directory, filename) => {
    expect(splitPath(path)).toEqual({ directory, filename });
  });

  it.each([
    ['/', '/'],
    ['/tmp', '/tmp'],
    ['/home/ci/project/node_modules/x', '/home/ci/project/node_modules/x'],
    ['/a b/ü/\u0001', '/a b/ü/\u0001'],
  ])('%s comes back from the kernel side’s names', (path, full) => {
    expect(pathFromComponents(components(path))).toBe(full);
  });

  it('does not count the root of a mount that is attached nowhere', () => {
    expect(pathFromComponents(Buffer.from('memfd:x (deleted)\0/\0'))).toBe('/memfd:x (deleted)');
    expect(pathFromComponents(Buffer.from('/\0'))).toBe('/');
  });
});
