import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FILES_WITH_VARIABLES } from '../../src/ecosystems/node/settings.js';

const PROGRAM = fileURLToPath(new URL('../../image/opt/find-root.mjs', import.meta.url));

let top: string;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'packwarden-root-'));
});
afterEach(() => rmSync(top, { recursive: true }));

/** What is found of an archive with these files, where `SET` is the one variable of theirs that is set. */
function find(files: Readonly<Record<string, string>>) {
  for (const [path, text] of Object.entries({ 'package.json': '{}', ...files })) {
    mkdirSync(dirname(join(top, path)), { recursive: true });
    writeFileSync(join(top, path), text);
  }
  const args = [PROGRAM, top, 'package.json', 'package.json,.npmrc', FILES_WITH_VARIABLES.join(',')];
  const env = { PATH: process.env.PATH ?? '', SET: 'x', NODE_OPTIONS: '' };
  const { stdout, stderr } = spawnSync('node', args, { encoding: 'utf8', env });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

describe('variables that are not set', () => {
  it.each<[string, string, string, Readonly<Record<string, string>>]>([
    ['a token', '.npmrc', `//npm.corp.example/:_authToken=\${CORP_TOKEN}\n`, { CORP_TOKEN: 'token' }],
    ['one that is set', '.npmrc', `//npm.corp.example/:_authToken=\${SET}\n`, {}],
    ['with CRLF and quotes', '.npmrc', `_auth="\${A}"\r\n//b/:_password=\${B}\r\n`, { A: 'token', B: 'token' }],
    ['two on a line', '.npmrc', `//\${HOST}/npm/:_authToken=\${TOKEN}`, { HOST: 'host', TOKEN: 'token' }],
    [
      'npm takes nothing for it',
      '.npmrc',
      `cafile=\${CA_FILE?}\n//a/:_authToken=\${TOKEN?}\n`,
      { TOKEN: 'token', 'TOKEN?': 'token', 'CA_FILE?': 'nothing' },
    ],
    [
      'a default of pnpm or yarn',
      '.yarnrc.yml',
      `npmRegistryServer: "\${A:-https://a.example}"\nnmMode: \${B-classic}`,
      {},
    ],
    [
      'a default where credentials belong',
      '.yarnrc.yml',
      `npmAuthToken: "\${A:-}"\nnpmAuthIdent: '\${B-}'`,
      { A: 'token', B: 'token' },
    ],
    [
      'in a scope of yarn',
      '.yarnrc.yml',
      `npmScopes:\n  a:\n    npmRegistryServer: \${A}\n    npmAuthToken: \${B}`,
      { A: 'registry', B: 'token' },
    ],
    [
      'a registry',
      '.npmrc',
      `registry=\${A}\n@corp:registry=\${B}\nregistry=https://\${C}/npm`,
      { A: 'registry', B: 'url', C: 'host' },
    ],
    ['of yarn 1', '.yarnrc', `registry "\${A}"\n//a.example/:_authToken "\${B}"`, { A: 'registry', B: 'token' }],
    ['of pnpm', 'pnpm-workspace.yaml', `registries:\n  default: \${A}`, { A: 'token' }],
    ['anything else', '.npmrc', `init-author-name=\${WHO}`, { WHO: 'token' }],
    [
      'what programs obey',
      '.npmrc',
      `a=\${LD_PRELOAD}\nb=\${GIT_SSH_COMMAND}\nc=\${npm_config_git}`,
      { LD_PRELOAD: 'nothing', GIT_SSH_COMMAND: 'nothing', npm_config_git: 'nothing' },
    ],
    ['no variable', '.npmrc', `a=\${}\nb=$HOME\nc=\${A=B}`, {}],
    [
      'names that no shell would take',
      '.npmrc',
      `//a/:_authToken=\${npm.token}\n_auth=\${1TOKEN}\n_password=\${A B}\n//b/:_authToken=\${1}\n`,
      { 'npm.token': 'token', '1TOKEN': 'token', 'A B': 'token', '1': 'token' },
    ],
    [
      'a name with a dash, which is a default to some',
      '.npmrc',
      `//a/:_authToken=\${MY-TOKEN}`,
      { MY: 'token', 'MY-TOKEN': 'token' },
    ],
    [
      'a default of one that is set, which yarn 1 takes for its name',
      '.npmrc',
      `//a/:_authToken=\${SET:-}\n//b/:_authToken=\${SET?}\n`,
      { 'SET:-': 'token', 'SET?': 'token' },
    ],
    [
      'a default of something else, which yarn 1 takes for its name',
      '.yarnrc',
      `registry "\${A:-https://a.example}"\ncafile \${B:-/etc/ca.pem}\n`,
      { 'A:-https://a.example': 'registry', 'B:-/etc/ca.pem': 'nothing' },
    ],
    ['a number in yarn 4', '.yarnrc.yml', `npmAuthToken: \${1TOKEN}`, { '1TOKEN': 'token' }],
    [
      'credentials that are named like what programs obey',
      '.npmrc',
      `//a/:_authToken=\${GIT_TOKEN}\n_auth=\${LD_SDK_KEY}\n_password=\${NPM_CONFIG_TOKEN}`,
      { GIT_TOKEN: 'token', LD_SDK_KEY: 'token', NPM_CONFIG_TOKEN: 'token' },
    ],
    ['a name that is too long to be one', '.npmrc', `a=\${${'A'.repeat(101)}}`, {}],
    ['in a file that nobody reads so', 'README.md', `\${A}`, {}],
  ])('%s', (_case, file, text, expected) => {
    const { unset } = find({ [file]: text });
    expect(Object.fromEntries(unset.map(({ name, use }: { name: string; use: string }) => [name, use]))).toEqual(
      expected,
    );
  });

  it('also in the settings of a folder above', () => {
    const files = { 'a/package.json': '{}', '.yarnrc.yml': `npmAuthToken: \${A}` };
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(top, path)), { recursive: true });
      writeFileSync(join(top, path), text);
    }
    const args = [PROGRAM, top, 'package.json', '.npmrc', FILES_WITH_VARIABLES.join(',')];
    const { stdout } = spawnSync('node', args, { encoding: 'utf8', env: { PATH: process.env.PATH ?? '' } });
    expect(JSON.parse(stdout)).toMatchObject({ root: join(top, 'a'), unset: [{ name: 'A', use: 'token' }] });
  });

  it('not more than a report could hold', () => {
    const lines = Array.from({ length: 200 }, (_, index) => `a${index}=\${V${index}}`);
    expect(find({ '.npmrc': lines.join('\n') }).unset).toHaveLength(64);
  });
});
