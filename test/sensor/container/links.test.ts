import { describe, expect, it } from 'vitest';
import { SymbolicLinks } from '../../../src/sensor/container/links.js';

const ASKER = { vpid: 7, vtid: 9, cwd: '/work', descriptor: { num: 3, path: '/home/.ssh' } };

const IMAGE: Readonly<Record<string, string>> = { '/var/run': '/run', '/bin': 'usr/bin', '/tmp/mine': '/elsewhere' };

/** What was done to the links of a container, in words: `made PATH TARGET`, `moved FROM TO`. */
function linksAfter(...doings: readonly string[]): SymbolicLinks {
  const links = new SymbolicLinks((path) => IMAGE[path]);
  for (const doing of doings) {
    const [what, first = '', second = ''] = doing.split(' ');
    if (what === 'made') links.made(first, second);
    else if (what === 'moved') links.moved(first, second);
    else if (what === 'copied') links.copied(first, second);
    else if (what === 'exchanged') links.exchanged(first, second);
    else links.removed(first);
  }
  return links;
}

describe('a path is resolved through the links that were created', () => {
  const links = linksAfter(
    'made /tmp/file /home/.ssh/id_rsa',
    'made /tmp/home /home',
    'made /tmp/up ../..',
    'made /home/p/deep ../../tmp/home/.ssh/.',
    'made /tmp/chain home/.aws',
    'made /tmp/dangling /nowhere/at/all',
    'made /loop/a b',
    'made /loop/b a',
    'made /tmp/slashes //home///.ssh//',
  );

  it.each<[text: string, last: boolean, path: string]>([
    ['/tmp/file', true, '/home/.ssh/id_rsa'],
    ['/tmp/file', false, '/tmp/file'],
    ['/tmp/file/', false, '/home/.ssh/id_rsa'],
    ['/tmp/home/.ssh/id_rsa', false, '/home/.ssh/id_rsa'],
    ['/tmp/home', false, '/tmp/home'],
    ['/tmp/home/.', false, '/home'],
    ['/tmp/home/..', false, '/'],
    ['/tmp/home/../tmp/home/x', false, '/home/x'],
    ['/tmp/up/home/x', false, '/home/x'],
    ['/home/p/deep/id_rsa', false, '/home/.ssh/id_rsa'],
    ['/tmp/chain/credentials', false, '/home/.aws/credentials'],
    ['/tmp/chain', true, '/home/.aws'],
    ['/tmp/dangling/x', false, '/nowhere/at/all/x'],
    ['/tmp/slashes/id_rsa', false, '/home/.ssh/id_rsa'],
    ['file', true, '/work/file'],
    ['../tmp/file', true, '/home/.ssh/id_rsa'],
    ['', false, '/work'],
    ['/', true, '/'],
    ['/../../x', false, '/x'],
    ['/tmp/homes/x', false, '/tmp/homes/x'],
    ['/var/run/../home/x', false, '/home/x'],
    ['/bin/../x', false, '/usr/x'],
    ['/bin/x', false, '/bin/x'],
    ['/var/run/./../tmp/home/x', false, '/home/x'],
  ])('%s (a link in the last place is followed: %s) to %s', (text, last, path) => {
    expect(links.follow('/work', text, last, ASKER)).toBe(path);
  });

  it('stops in a loop of links, as the kernel does', () => {
    expect(links.follow('/', '/loop/a/x', true, ASKER)).toMatch(/^\/loop\/[ab]/);
  });

  it('stops at a link that makes the path longer each time', () => {
    const growing = linksAfter(`made /g ${'g/'.repeat(2000)}`);
    expect(growing.follow('/', '/g/x', true, ASKER).length).toBeLessThan(1_000_000);
  });
});

describe('links are tracked through renames and removals', () => {
  it.each<[what: string, doings: string[], text: string, path: string]>([
    ['removed', ['made /a /h', 'removed /a'], '/a/x', '/a/x'],
    ['removed, and another made', ['made /a /h', 'removed /a', 'made /a /i'], '/a/x', '/i/x'],
    ['moved', ['made /a /h', 'moved /a /b'], '/b/x', '/h/x'],
    ['moved away', ['made /a /h', 'moved /a /b'], '/a/x', '/a/x'],
    ['in a folder that is moved', ['made /d/e/a /h', 'moved /d /f'], '/f/e/a/x', '/h/x'],
    ['in a folder that was moved away', ['made /d/e/a /h', 'moved /d /f'], '/d/e/a/x', '/d/e/a/x'],
    ['relative, in a folder that is moved', ['made /d/e/a ../x', 'moved /d /f'], '/f/e/a/y', '/f/x/y'],
    ['overwritten by another file', ['made /a /h', 'moved /f /a'], '/a/x', '/a/x'],
    ['with another name beside', ['made /a /h', 'copied /a /b', 'removed /a'], '/b/x', '/h/x'],
    ['hard link of what is no link', ['made /a /h', 'copied /c /b'], '/b/x', '/b/x'],
    ['exchanged with a file', ['made /a /h', 'exchanged /a /b'], '/b/x', '/h/x'],
    ['exchanged with a link', ['made /a /h', 'made /b /i', 'exchanged /a /b'], '/a/x', '/i/x'],
    ['beside one that is removed', ['made /d/a /h', 'made /d/b /i', 'removed /d/a'], '/d/b/x', '/i/x'],
    ['below nothing', ['removed /', 'moved / /x', 'moved /x /'], '/a', '/a'],
  ])('%s', (_what, doings, text, path) => {
    expect(linksAfter(...doings).follow('/', text, true, ASKER)).toBe(path);
  });
});

describe('what /proc holds', () => {
  const links = linksAfter('made /tmp/me /proc/self', 'made /tmp/fds /proc/thread-self/fd');

  it.each([
    ['/proc/self/root/etc/shadow', '/etc/shadow'],
    ['/proc/7/root/etc/shadow', '/etc/shadow'],
    ['/proc/1/root/etc/shadow', '/etc/shadow'],
    ['/proc/self/task/9/root/etc/shadow', '/etc/shadow'],
    ['/proc/thread-self/root/etc/shadow', '/etc/shadow'],
    ['/tmp/me/root/etc/shadow', '/etc/shadow'],
    ['/tmp/me/cwd/../x', '/x'],
    ['/proc/self/cwd/x', '/work/x'],
    ['/proc/1/cwd/x', '/proc/1/cwd/x'],
    ['/proc/7/environ', '/proc/self/environ'],
    ['/proc/8/environ', '/proc/8/environ'],
    ['/proc/self/fd/5/x', '/proc/self/fd/5/x'],
    ['/dev/fd/5/x', '/proc/self/fd/5/x'],
    ['/tmp/fds/5', '/proc/self/task/9/fd/5'],
    ['/proc/self/fd/3', '/home/.ssh'],
    ['/dev/fd/3/id_rsa', '/home/.ssh/id_rsa'],
    ['/dev/fd/3/../x', '/home/x'],
    ['/proc/7/fd/3/id_rsa', '/home/.ssh/id_rsa'],
    ['/proc/8/fd/3/id_rsa', '/proc/8/fd/3/id_rsa'],
    ['/proc/self/fdinfo/3', '/proc/self/fdinfo/3'],
    ['/proc/sys/root/x', '/proc/sys/root/x'],
    ['/proc', '/proc'],
  ])('%s leads to %s', (text, path) => {
    expect(links.follow('/', text, true, ASKER)).toBe(path);
  });
});

describe('a flood of links', () => {
  it('is remembered up to a limit, and the rest is reported', () => {
    const links = new SymbolicLinks((path) => IMAGE[path]);
    const target = 'x'.repeat(4000);
    let kept = 0;
    while (kept < 1_000_000 && links.made(`/flood/${kept}`, target)) kept++;
    expect(kept).toBeGreaterThan(10_000);
    expect(kept).toBeLessThan(20_000);
    links.removed('/flood');
    expect(links.made('/flood/again', target)).toBe(true);
  });
});
