import { describe, expect, it } from 'vitest';
import { kindsOf, pathKind } from '../../../src/report/behaviours/place-kind.js';
import { asked, did, read } from './findings.js';

describe('what is the same of a place on every machine and at every time', () => {
  it.each([
    ['/home/ci/.npmrc', '~/.npmrc'],
    ['/home/ci', '~'],
    ['/home/citizen/.npmrc', '/home/citizen/.npmrc'],
    ['/home/ci/project', '.'],
    ['/home/ci/project/.env', './.env'],
    ['/home/ci/project/node_modules/a/.npmrc', './node_modules/a/.npmrc'],
    ['/home/ci/project/node_modules/@s/a-1.2.3/x', './node_modules/@s/a-1.2.3/x'],
    ['/home/ci/project/node_modules/b/node_modules/a/x', './node_modules/a/x'],
    ['/home/ci/project/node_modules/.pnpm/a@1.2.3/node_modules/a/x', './node_modules/a/x'],
    ['/home/ci/.config/.wrangler/logs/wrangler-2026-11-29_10-30-54_703.log', '~/.config/.wrangler/logs/wrangler-*.log'],
    ['/home/ci/.npm/_logs/2026-12-01T01_05_41_114Z-debug-0.log', '~/.npm/_logs/*-debug-0.log'],
    ['/home/ci/.nx/cloud-client/d78722b3c9f7b3f5-state/verify.lock', '~/.nx/cloud-client/*-state/verify.lock'],
    ['/home/ci/.cache/tool/v4.164.0/x.tgz', '~/.cache/tool/*/x.tgz'],
    ['/home/ci/.cache/tool/15.3.0-beta.2/x', '~/.cache/tool/*/x'],
    ['/home/ci/.ngrok/aHR0cHM6Ly9iaW4uZXF1aW5veC5pby9jLzRWbUR6QTdpYUhi=.zip', '~/.ngrok/*.zip'],
    ['/tmp/deb2fdaf-e70f-492e-948e-b03e43f4c107/.travis.yml', '/tmp/*/.travis.yml'],
    ['/tmp/tools-CNhmkC/.npmrc', '/tmp/tools-*/.npmrc'],
    ['/tmp/tmp-117-zB1lzIlCDSmW/.npmrc', '/tmp/tmp-*/.npmrc'],
    ['/proc/4711/status', '/proc/*/status'],
    ['/usr/lib/x86_64-linux-gnu/libc.so.6', '/usr/lib/x86_64-linux-gnu/libc.so.6'],
    ['/home/ci/.ssh/id_rsa', '~/.ssh/id_rsa'],
    ['/home/ci/.aws/credentials', '~/.aws/credentials'],
    ['/home/ci/.config/configstore/tool.json.3180260523', '~/.config/configstore/tool.json.*'],
    ['/home/ci/.m2/settings.xml', '~/.m2/settings.xml'],
  ])('%s is %s', (path, kind) => expect(pathKind(path)).toBe(kind));

  it.each([
    ['a way upwards', '/home/ci/.config/tool/../../.npmrc'],
    ['a relative path', '.npmrc'],
    ['a path that was perhaps cut', `/home/ci/${'x'.repeat(1_000)}`],
  ])('%s has none', (_title, path) => expect(pathKind(path)).toBeUndefined());

  it('two places that differ in a word are two', () => {
    const kinds = ['.npmrc', '.yarnrc', '.config/npm', '.aws/config'].map((path) => pathKind(`/home/ci/${path}`));
    expect(new Set(kinds).size).toBe(kinds.length);
  });
});

describe('the kinds of a finding', () => {
  const place = (subject: string, command = 'node x.js') => {
    return { subject, command, decoy: null, count: 1, first: '2026-11-21T10:00:00.000Z' };
  };
  it.each([
    ['a file', read('/home/ci/.npmrc'), ['~/.npmrc']],
    ['a port that nobody asked for', read('127.0.0.1:36867'), ['127.0.0.1:any']],
    ['a port of the machine itself', read('127.0.0.1:9229'), ['127.0.0.1:9229']],
    [
      'several, each once',
      read('', { places: [place('/tmp/a-AAAAAA'), place('/tmp/a-BBBBBB'), place('/home/ci/x')] }),
      ['/tmp/a-*', '~/x'],
    ],
    [
      'of a move both its ends',
      did({ fields: { 'evt.arg.oldpath': '/home/ci/.config/t/x.tmp', 'evt.arg.newpath': '/home/ci/.config/t/x' } }),
      ['~/.config/t/x.tmp', '~/.config/t/x'],
    ],
    [
      'a move to where can’t be told',
      did({ fields: { 'evt.arg.oldpath': '/home/ci/.config/t/x.tmp', 'evt.arg.newpath': 'x' } }),
      undefined,
    ],
    ['a host, by its name', asked('github.com:443', 'download'), ['github.com']],
    ['a host that was only looked up', asked('github.com', undefined), ['github.com']],
    ['a host at another port', asked('github.com:8443', 'download'), ['github.com:8443']],
    ['a peer', read('172.18.0.2:40000->10.1.2.3:25'), ['10.1.2.3:25']],
    [
      'a command, where there is no file',
      did({ fields: { 'proc.cmdline': 'node /opt/ci/node/load.cjs nx /home/ci/project 3000' } }),
      ['$ node /opt/ci/node/load.cjs nx . 3000'],
    ],
    ['neither file nor command', did({}), undefined],
    [
      'one place that can’t be told',
      read('', { places: [place('/home/ci/.npmrc'), place('/home/ci/../x')] }),
      undefined,
    ],
    ['a character that a display would obey', read('/home/ci/a\u202eb'), undefined],
    ['a command that is too long', did({ fields: { 'proc.cmdline': `node -e ${'x'.repeat(1_000)}` } }), undefined],
  ])('%s', (_title, one, kinds) => expect(kindsOf(one)).toEqual(kinds));
});
