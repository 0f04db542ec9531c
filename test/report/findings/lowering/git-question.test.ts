import { describe, expect, it } from 'vitest';
import { asksOneSetting, listsSettings } from '../../../../src/report/findings/lowering/git-question.js';

function asked(
  words: readonly string[],
  changes: { readonly exepath?: string; readonly loads?: string[] } = {},
): boolean {
  const cmdline = ['git', ...words].join(' ');
  return asksOneSetting({
    exepath: '/usr/bin/git',
    loads: null,
    cmdline,
    argumentCount: words.length,
    ...changes,
  } as never);
}

describe('git is asked for one setting', () => {
  it.each([
    '-C /home/ci/project config --get core.editor',
    '--git-dir=/x/.git config --local --get remote.origin.url',
    'config --global core.pager',
    '-C /x config core.hooksPath',
    'config --show-origin --get-all alias.x',
    '-C /x config get url.base',
  ])('git %s', (line) => expect(asked(line.split(' '))).toBe(true));

  it.each<[string, string[]]>([
    ['a value', ['-C', '/x', 'config', 'core.pager', 'evil']],
    ['a value that looks like a question', ['-C', '/x', 'config', 'core.pager', 'x config --get']],
    ['a folder that looks like a question', ['-C', 'a config --get', 'config', 'core.pager', 'evil']],
    ['an option that is not known', ['-C', '/x', 'config', '--replace-all', 'core.pager']],
    ['a setting for this once', ['-c', 'core.pager=evil', 'config', 'core.pager']],
    ['the editor', ['-C', '/x', 'config', '--edit']],
    ['another command', ['-C', '/x', 'status']],
  ])('%s is none', (_title, words) => expect(asked(words)).toBe(false));

  it('is not one by another program, or with code of another package', () => {
    const words = ['-C', '/x', 'config', 'core.pager'];
    expect(asked(words, { exepath: '/tmp/git' })).toBe(false);
    expect(asked(words, { loads: ['/tmp/x.so'] })).toBe(false);
  });
});

describe('git is asked for the list of its settings', () => {
  const lists = (words: readonly string[]): boolean =>
    listsSettings({
      exepath: '/usr/bin/git',
      loads: null,
      cmdline: ['git', ...words].join(' '),
      argumentCount: words.length,
    });

  it.each(['config --list', 'config --global -l', '-C /x config --local --list --show-origin', 'config list'])(
    'git %s',
    (line) => expect(lists(line.split(' '))).toBe(true),
  );

  it.each<[string, string[]]>([
    ['the settings of a host, where tokens are', ['config', '--get-urlmatch', 'http', 'https://a.b']],
    ['with a setting of its own', ['-c', 'core.pager=evil', 'config', '--list']],
    ['a value of that name', ['config', 'core.pager', '--list']],
    ['another command', ['branch', '--list']],
  ])('%s is none', (_title, words) => expect(lists(words)).toBe(false));
});
