import { describe, expect, it } from 'vitest';
import { resolvePath, splitPath } from '../../../../src/sensor/event/values/path.js';

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
});
