import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { extract } from 'tar';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { app, NOISE } from '../../cli/pack/packed.js';
import { PROJECTS } from '../../cli/pack/packed-projects.js';
import { folderOf } from '../../cli/run-cli.js';
import { includedJob, runJob } from './template.js';

/** What the curl-only job packs, in the shells that images have: what `packwarden analyze` packs of the same projects. */
const JOB = includedJob('ci/packwarden-curl.gitlab-ci.yml');
const tools = folderOf({});
const bin = join(tools.path, 'bin');

/** Stands in for curl: keeps what it should send, and fails as if no server answered. */
const KEEPING_CURL = `#!/bin/sh
for word; do case $word in @*) cp "\${word#@}" "$KEPT" ;; esac; done
exit 7
`;

beforeAll(() => {
  mkdirSync(bin);
  execFileSync('busybox', ['--install', '-s', bin]);
  mkdirSync(join(tools.path, 'curl'));
  const curl = join(tools.path, 'curl/curl');
  writeFileSync(curl, KEEPING_CURL);
  chmodSync(curl, 0o755);
});
afterAll(() => tools.remove());

const { PATH = '' } = process.env;
type Shell = readonly [name: string, command: readonly [string, ...string[]], path: () => string];
/** Its shell and its tools know the least. */
const BUSYBOX: Shell = ['busybox', ['/bin/busybox', 'sh', '-e'], () => bin];
const SHELLS: readonly Shell[] = [
  ['bash', ['bash', '-eo', 'pipefail'], () => PATH],
  ['dash', ['dash', '-e'], () => PATH],
  BUSYBOX,
];

/** What it finds by its name, though the project's files do not lead there, and what it needs a JSON parser for. */
const BY_NAME =
  /(^|\/)(package\.json|[\w.-]*lock[\w.-]*|Gemfile|gems\.\w+|[\w-]+\.gemspec|[\w-]+\.patch|\.pnpmfile\.\w+|pnpm-workspace\.yaml)$/;
const LINKED_PROGRAM = 'packages/a/bin/a.js';

/** The contents of what it sends, by path, and what it says. */
async function packed(files: Readonly<Record<string, string | object>>, [, shell, path]: Shell) {
  const project = folderOf(files);
  const sent = folderOf({});
  const kept = join(sent.path, 'project.tgz');
  const variables = {
    PATH: `${join(tools.path, 'curl')}:${path()}`,
    PACKWARDEN_URL: 'http://packwarden.invalid',
    PACKWARDEN_RETRY_FOR: '0',
    KEPT: kept,
  };
  const { output } = await runJob(JOB, project.path, variables, shell).ended;
  const content = join(sent.path, 'content');
  mkdirSync(content);
  await extract({ cwd: content, file: kept });
  const names = readdirSync(content, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  const texts = new Map(names.map((name) => [name.slice(content.length + 1), readFileSync(name, 'utf8')]));
  project.remove();
  sent.remove();
  return { texts, output };
}

describe('the curl variant packs what packwarden analyze packs', () => {
  it.each(PROJECTS)('$title ($manager)', async (project) => {
    const { texts, output } = await packed({ ...NOISE, ...project.files }, BUSYBOX);
    const wanted = project.packed.filter((file) => file !== LINKED_PROGRAM);
    expect(
      wanted.filter((file) => !texts.has(file)),
      output,
    ).toEqual([]);
    const others = [...texts.keys()].filter((file) => !project.packed.includes(file));
    expect(
      others.filter((file) => !BY_NAME.test(file)),
      output,
    ).toEqual([]);
  });
});

describe.each(SHELLS)('the curl variant in %s', (...shell) => {
  it('sends settings without the lines that contain credentials, and says so', async () => {
    const { texts, output } = await packed(
      {
        'package.json': app(),
        '.npmrc':
          '; comment\nregistry=https://r.example/\n//r.example/:_authToken=s3cret\n_AUTH = s3cret\n@x:registry=https://u:s3cret@r.example/\nengine-strict=true\n',
        '.yarnrc.yml':
          'nodeLinker: node-modules\nnpmAuthToken: s3cret\nnpmRegistries:\n  "//r.example":\n    npmAlwaysAuth: true\n',
        '.yarnrc': 'registry "https://r.example/"\n"//r.example/:_authToken" s3cret\n',
        'bunfig.toml': '[install]\nregistry = { url = "https://r.example", token = "s3cret" }\nproduction = true\n',
        'sub/.npmrc': 'email=s3cret\n',
      },
      shell,
    );
    expect(Object.fromEntries(texts)).toMatchObject({
      '.npmrc': '; comment\nregistry=https://r.example/\nengine-strict=true\n',
      '.yarnrc.yml': 'nodeLinker: node-modules\nnpmRegistries:\n  "//r.example":\n    npmAlwaysAuth: true\n',
      '.yarnrc': 'registry "https://r.example/"\n',
      'bunfig.toml': '[install]\nproduction = true\n',
      'sub/.npmrc': '',
    });
    expect(output).toContain('packwarden: .npmrc: leaves out the lines that contain credentials\n');
    expect(output).not.toContain('s3cret');
  });

  it('packs nothing outside of the project, and no secrets with a local package', async () => {
    const { texts, output } = await packed(
      {
        'package.json': app({ dependencies: { a: 'file:../a', b: 'file:/etc', c: 'file:vendor/c', self: 'link:.' } }),
        'vendor/c/index.js': 'x',
        'vendor/c/.env': 'SECRET=1',
        '.yarnrc': 'yarn-offline-mirror ../mirror\n',
      },
      shell,
    );
    expect([...texts.keys()].toSorted()).toEqual(['.yarnrc', 'package.json', 'vendor/c/index.js']);
    expect(output).toContain('/etc lies outside of the project: it is not packed');
  });
});
