import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { EgressRequest } from '../../../src/egress/content/request.js';
import { assessContact, type Meaning, type Sent } from '../../../src/report/contact-meaning/meaning.js';
import { opaqueChars } from '../../../src/report/contact-meaning/opaque.js';
import { GET } from '../requests.js';

const get = (path: string, more: Partial<EgressRequest> = {}): EgressRequest => ({ ...GET, path, ...more });
const post = (value: unknown, more: Partial<EgressRequest> = {}): EgressRequest => {
  const body = typeof value === 'string' ? value : JSON.stringify(value);
  const bodyKind = typeof value === 'string' ? 'text' : 'json';
  return { ...GET, method: 'POST', status: 200, body: body.slice(0, 1000), bodyBytes: body.length, bodyKind, ...more };
};
const to = (host: string, ...requests: EgressRequest[]): Sent => ({
  host,
  port: 443,
  requests,
  requestsLeft: 0,
  unread: [],
});
const hex = (bytes: number): string => randomBytes(bytes).toString('hex');
const base64 = (bytes: number): string => randomBytes(bytes).toString('base64url');

const letters = (count: number): string =>
  [...randomBytes(count)].map((byte) => String.fromCharCode(97 + (byte % 26))).join('');
const mixed = (count: number): string =>
  [...letters(count)].map((letter) => ((randomBytes(1)[0] ?? 0) % 2 === 0 ? letter.toUpperCase() : letter)).join('');
const list = <T>(count: number, make: () => T) => Array.from({ length: count }, (_, i) => [`k${i}`, make()] as const);

/** What Chromium 140 sends with a page. */
const USUAL_VALUES = [
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0.0.0 Safari/537.36',
  'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7',
  '"Chromium";v="140", "Not=A?Brand";v="24", "HeadlessChrome";v="140"',
  '?0\n"Linux"\n1\nnone\nnavigate\n?1\ndocument\ngzip, deflate, br, zstd\nen-US,en;q=0.9',
  `W/"${'0a1b2c3d4e5f60718293a4b5c6d7e8f901a2b3c4'}"`,
].join('\n');

describe('what a contact means', () => {
  it.each<[string, Sent, Meaning]>([
    ['a binary is asked for', to('x.example', get('/v1.2.3/tool-linux-x64.tar.gz')), 'download'],
    ['of a commit', to('x.example', get(`/all_commits/${hex(20)}/debian/lib.so.gz`)), 'download'],
    ['of a hash in the query', to('x.example', get(`/tool?sha256=${hex(32)}`)), 'download'],
    ['whether there is one', to('x.example', get('/tool.gz', { method: 'HEAD' })), 'download'],
    [
      'files of one hash',
      to('x.example', ...['a', 'b', 'c'].map((file) => get(`/0a1b2c3d4e5f60718293a4b5c6d7e8f901a2b3c4/${file}.gz`))),
      'download',
    ],
    ['a long path', to('x.example', get(`/${'word/'.repeat(90)}`)), 'unknown'],
    ['a long query', to('x.example', get(`/?q=${'word+'.repeat(60)}`)), 'unknown'],
    ['data in a path', to('x.example', get(`/${base64(200)}`)), 'unknown'],
    ['data in many paths', to('x.example', ...Array.from({ length: 9 }, () => get(`/${base64(30)}`))), 'unknown'],
    ['data in many hashes', to('x.example', ...Array.from({ length: 9 }, () => get(`/${hex(20)}`))), 'unknown'],
    ['a GET with a body', to('x.example', get('/', { bodyBytes: 10, bodyKind: 'text', body: 'abc' })), 'unknown'],
    [
      'versions and platform',
      to('x.example', post({ name: 'tool', version: '1.2.3', platform: 'linux', node: 'v24.1.0', ci: true })),
      'telemetry',
    ],
    ['with the id of a session', to('x.example', post({ event: 'install', session: hex(16) })), 'telemetry'],
    ['as a list of events', to('x.example', post([{ event: 'install', at: '2026-11-29T12:00:00.000Z' }])), 'telemetry'],
    [
      'with what it runs on',
      to(
        'x.example',
        post({
          packageManager: 'npm/10.2.0 node/v20.20.2 linux x64',
          os: { name: 'Debian GNU/Linux', release: '6.1.0-18-amd64', cpus: 8, arch: 'x64' },
          tool: '@scope/tool',
          flags: ['install', 'ci'],
          session: 'e58ed763-928c-4155-bee9-fdbaaadc15f3',
          duration: 1234.5,
        }),
      ),
      'telemetry',
    ],
    [
      'with figures of a run in JSON:API (snyk 1.1307)',
      to(
        'x.example',
        post({
          data: {
            args: [],
            command: 'help',
            os: 'Linux 6.18',
            osRelease: '6.18.44-fc-v657',
            version: '1.1307.4',
            integrationName: '',
            id: '0014d6f1d489b152d84be98ba7b52bead2409c70',
            ci: true,
            metrics: { network_time: { type: 'timer', values: [], total: 0 }, cpu_time: { values: [246], total: 246 } },
          },
        }),
      ),
      'telemetry',
    ],
    [
      'facts within facts, and no end',
      to('x.example', post({ a: { b: { c: { d: { e: { f: { g: 1 } } } } } } })),
      'unknown',
    ],
    ['letters in a path', to('x.example', get(`/${letters(380)}`)), 'unknown'],
    ['letters in both cases', to('x.example', get(`/${mixed(380)}`)), 'unknown'],
    ['base64 in steps of a path', to('x.example', get(`/${base64(150).match(/.{7}/g)?.join('/')}`)), 'unknown'],
    ['data in names of headers', to('x.example', get('/', { headers: [letters(70), letters(70)] })), 'unknown'],
    ['what clients send in headers', to('x.example', get('/', { headerValues: USUAL_VALUES })), 'download'],
    ['the trace of a request', to('x.example', get('/', { headerValues: `00-${hex(16)}-${hex(8)}-01` })), 'download'],
    ['data in a header', to('x.example', get('/', { headerValues: base64(300) })), 'unknown'],
    [
      'data in headers of many',
      to('x.example', ...list(9, () => base64(30)).map(([at, headerValues]) => get(`/${at}`, { headerValues }))),
      'unknown',
    ],
    [
      'words in headers',
      to('x.example', get('/', { headerValues: Object.values(list(300, () => letters(5))).join(' ') })),
      'unknown',
    ],
    [
      'data in a header of telemetry',
      to('x.example', post({ version: '1.2.3' }, { headerValues: base64(300) })),
      'unknown',
    ],
    ['letters in JSON', to('x.example', post({ v: '1.0.0', d: letters(800) })), 'unknown'],
    ['letters in many values', to('x.example', post(Object.fromEntries(list(20, () => letters(25))))), 'unknown'],
    ['bytes in JSON', to('x.example', post([...randomBytes(200)])), 'unknown'],
    ['bytes in a value', to('x.example', post({ d: [...randomBytes(100)] })), 'unknown'],
    ['bytes in many values', to('x.example', post(Object.fromEntries(list(30, () => randomBytes(1)[0])))), 'unknown'],
    ['pieces in JSON', to('x.example', post(list(60, () => base64(5)).map(([, piece]) => piece))), 'unknown'],
    ['pieces in many values', to('x.example', post(Object.fromEntries(list(90, () => base64(5))))), 'unknown'],
    ['a line of passwd', to('x.example', post({ a: 'root:x:0:0:root:/root:/bin/bash' })), 'unknown'],
    ['an encoded text in JSON', to('x.example', post({ v: '1.0.0', d: base64(240) })), 'unknown'],
    ['JSON that was cut', to('x.example', post({ v: 'word '.repeat(400) })), 'unknown'],
    [
      'JSON from which something is missing',
      to('x.example', post({ v: 1 }, { body: '{"v":', bodyBytes: 6 })),
      'unknown',
    ],
    ['a text', to('x.example', post('hello')), 'unknown'],
    ['many of them', to('x.example', post({ v: 1 }, { count: 100 })), 'unknown'],
    ['something else with it', to('x.example', get('/a'), post('hello')), 'unknown'],
    ['deleting', to('x.example', get('/', { method: 'DELETE' })), 'unknown'],
    ['nothing that could be read', to('x.example'), 'unknown'],
    [
      'a handshake that was ended',
      {
        ...to('x.example', get('/')),
        unread: [{ reason: 'certificate-not-trusted', serverName: 'x.example', count: 1 }],
      },
      'unknown',
    ],
    ['more than is told', { ...to('x.example', get('/')), requestsLeft: 1 }, 'unknown'],
    ['the sandbox itself', to('x.example', get('/', { tells: ['its host name'] })), 'identity'],
    ['the sandbox itself among facts', to('x.example', post({ v: 1 }, { tells: ['its user'] })), 'identity'],
  ])('%s', (_title, sent, meaning) => {
    expect(assessContact(sent, { addresses: [], names: [] }).meaning).toBe(meaning);
  });
});

describe('which package a host belongs to', () => {
  it.each<[string, readonly string[], string, string, boolean]>([
    ['its repository', ['https://github.com/a/b/'], 'github.com', '/a/b/releases/download/v1/x.gz', true],
    [
      "a domain called like the repository's owner",
      ['https://github.com/nwjs/npm-installer/'],
      'dl.nwjs.io',
      '/x',
      true,
    ],
    ['a domain that begins like it', ['https://github.com/nwjs/npm-installer/'], 'nwjs2.io', '/x', false],
    ['a shared suffix below the owner', ['https://github.com/a/b/'], 'a.github.io', '/x', false],
    ["a domain called like another forge's owner", ['https://forge.example/nwjs/x/'], 'nwjs.io', '/x', false],
    ['releases of the same owner', ['https://github.com/A/b/'], 'github.com', '/a/c/releases/download/v1/x.gz', true],
    ['a list of them', ['https://github.com/a/b/'], 'api.github.com', '/repos/a/c/releases/latest', true],
    ["another owner's releases", ['https://github.com/a/b/'], 'github.com', '/c/b/releases/download/v1/x.gz', false],
    ['releases of everybody', ['https://github.com/a/'], 'github.com', '/c/b/releases/download/v1/x.gz', false],
    ['a file of a comment', ['https://github.com/a/b/'], 'github.com', '/a/c/files/1/x.zip', false],
    ['a file of a commit', ['https://github.com/a/b/'], 'raw.githubusercontent.com', '/a/c/main/x', false],
    ['a folder of that name', ['https://github.com/a/b/'], 'github.com', '/a/c/raw/releases/download/x', false],
    ['a way out of a release', ['https://github.com/a/b/'], 'github.com', '/a/c/releases/download/../../x', false],
    ['a repository whose name begins alike', ['https://github.com/a/b/'], 'github.com', '/a/bc/x.gz', false],
    ['a file of its repository', ['https://github.com/A/b/'], 'raw.githubusercontent.com', '/a/b/main/x', true],
    ["a file of somebody else's", ['https://github.com/a/b/'], 'raw.githubusercontent.com', '/evil/b/main/x', false],
    ['what is known of its releases', ['https://github.com/a/b/'], 'api.github.com', '/repos/a/b/releases', true],
    ['another page of a repository', ['https://github.com/a/b/wiki/'], 'github.com', '/a/b/raw/x', false],
    ['a way out of it', ['https://github.com/a/b/'], 'github.com', '/a/b/../../evil/x.gz', false],
    ['an encoded way out of it', ['https://github.com/a/b/'], 'github.com', '/a/b/%2e%2e/%2E./evil/x', false],
    ['an encoded slash', ['https://github.com/a/b/'], 'github.com', '/a/b/..%2f..%2fevil', false],
    ['its domain', ['https://www.tool.io/'], 'download.tool.io', '/x', true],
    ['its own name below a shared suffix', ['https://a.github.io/'], 'b.github.io', '/x', false],
    ['another domain', ['https://tool.io/'], 'tool.io.evil.example', '/x', false],
    ['a page on a host of pages', ['https://pastebin.com/raw/abc'], 'pastebin.com', '/raw/def', false],
    [
      'the front page of a host where anybody has a place',
      ['https://discord.com/'],
      'discord.com',
      '/api/webhooks/1',
      false,
    ],
    ['its own page below a shared suffix', ['https://a.github.io/'], 'a.github.io', '/x', true],
    ['the front page of GitHub', ['https://github.com/'], 'github.com', '/evil/b/x', false],
    ['a public suffix', ['https://co.uk/'], 'evil.co.uk', '/x', false],
    ['an address', ['https://10.0.0.1/'], '10.0.0.2', '/x', false],
    ['nothing', [], 'x.example', '/x', false],
  ])('%s', (_title, sites, host, path, isOwn) => {
    expect(assessContact(to(host, get(path)), { addresses: sites, names: [] }).isOwn).toBe(isOwn);
  });

  it.each<[string, string, string, boolean]>([
    ['a domain called like the package', 'snyk', 'downloads.snyk.io', true],
    ['a domain called like its scope', '@prisma/engines', 'binaries.prisma.sh', true],
    ['a domain called like a tool without its ending', 'netlify-cli', 'api.netlify.com', true],
    ['a domain that only begins like it', 'snyk', 'snyk-cdn.io', false],
    ['a domain that has the name in front', 'snyk', 'snyk.evil.example', false],
    ['a name below a shared suffix', 'tool', 'tool.github.io', false],
    ['a host where anybody can be sent something', '@webhook/cli', 'webhook.site', false],
    ['a host where anybody can have reports sent', '@sentry/cli', 'o1.ingest.sentry.io', false],
    ['an address', '10', '10.0.0.2', false],
  ])('by its name: %s', (_title, name, host, isOwn) => {
    expect(assessContact(to(host, get('/x')), { addresses: [], names: [name] }).isOwn).toBe(isOwn);
  });

  it.each<[string, string, string, boolean]>([
    ['a repository of its name', 'cloudflared', '/cloudflare/cloudflared/releases/latest/download/cloudflared', true],
    ['an owner of its scope', '@a/tool', '/a/other/releases/download/v1/x.gz', true],
    ['an owner of its name without the ending', 'tool-cli', '/tool/x/releases/download/v1/x.gz', true],
    ['a repository of its name without the ending', 'hugo-bin', '/gohugoio/hugo/releases/download/v1/x.gz', true],
    ['a repository whose name begins alike', 'tool', '/evil/tool2/releases/download/v1/x.gz', false],
    ["a fork's commit in a repository of its name", 'tool', '/a/tool/raw/0a1b2c3d/x', false],
    ['a file of a comment there', 'tool', '/a/tool/files/1/x.zip', false],
  ])('by its name on GitHub: %s', (_title, name, path, isOwn) => {
    expect(assessContact(to('github.com', get(path)), { addresses: [], names: [name] }).isOwn).toBe(isOwn);
  });

  it('is its own only where every request is', () => {
    const sent = to('github.com', get('/a/b/x.gz'), get('/evil/x.gz'));
    expect(assessContact(sent, { addresses: ['https://github.com/a/b/'], names: [] }).isOwn).toBe(false);
  });
});

describe('what looks encoded', () => {
  it.each([
    '/package-name/releases/download/v12.3.4-beta.1/package-name-v12.3.4-linux-x64-musl.tar.gz',
    '/chrome-for-testing-public/131.0.6778.204/linux64/chromedriver-linux64.zip',
    'The quick brown fox jumps over the lazy dog, and internationalization happens.',
    'x64_linux_gnu_napi_v8_unknown_build_2024_11_05 packageManagerVersionOfTheProject',
    '1.0.0-alpha.1+build5 es2022 sha512 node18_x64 win32 utf8',
  ])('not %s', (text) => expect(opaqueChars(text)).toBe(0));

  it.each([
    ['hexadecimal', hex(40)],
    ['base64', base64(60)],
    ['in a sentence', `a word and ${base64(60)} another`],
    ['with its bytes escaped', encodeURIComponent(randomBytes(60).toString('base64'))],
  ])('%s', (_title, text) => expect(opaqueChars(text)).toBeGreaterThan(20));
});
