import { randomBytes } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { create } from 'tar';
import { describe, expect, it, vi } from 'vitest';
import type { InstalledPackage } from '../../src/ecosystems/installed-package.js';
import { PROJECT } from '../../src/ecosystems/places.js';
import type { SandboxRun, StepResult } from '../../src/jobs/ports.js';
import type { Step } from '../../src/report/evidence/steps.js';
import { installed } from './installed.js';
import { projectRunning, withProject } from './rig.js';
import type { Files } from './tarball.js';

const OFFLINE = { egress: { mode: 'none' } } as const;

function named(packages: readonly InstalledPackage[], wanted: string): InstalledPackage {
  const found = packages.find(({ name }) => name === wanted);
  if (found === undefined) throw new Error(`${wanted} is not listed`);
  return found;
}

/** Keeps the random values that steps could be named by. */
function noting(ids: string[]): typeof randomBytes {
  const noted = (size: number): Buffer => {
    const bytes = randomBytes(size);
    ids.push(bytes.toString('hex'));
    return bytes;
  };
  return noted as typeof randomBytes;
}

const said = (word: string) => `echo ${word}-"ran" by $(id -u):$(id -g)`;
const WITH_SCRIPTS: Files = {
  'package.json': {
    name: 'project',
    version: '1.0.0',
    dependencies: { outer: 'file:outer', inner: 'file:inner' },
    scripts: { preinstall: said('preinstall'), prepare: said('prepare') },
  },
  'outer/package.json': {
    ...{ name: 'outer', version: '1.0.0', dependencies: { inner: 'file:../inner' } },
    scripts: { install: said('outer') },
  },
  'inner/package.json': { name: 'inner', version: '1.0.0', scripts: { postinstall: said('inner') } },
};

describe('the steps of an install', () => {
  it('are the fetch, in which no script runs, and then those of each package, as the project’s user', async () => {
    const ids: string[] = [];
    await withProject(
      WITH_SCRIPTS,
      async (run) => {
        const fetched = await run.fetch(60_000);
        expect(fetched).toMatchObject({
          exitCode: 0,
          command: expect.stringMatching(/^npm install .*--ignore-scripts/),
        });
        expect(fetched.log).not.toContain('-ran');
        const { packages } = await run.packages();
        const inner = await run.runScripts(named(packages, 'inner'), 30_000);
        expect(inner.log.match(/\w+-ran by [\d:]+/g)).toEqual(['inner-ran by 1000:1000']);
        const project = await run.runScripts(named(packages, 'project'), 30_000);
        expect(project.log.match(/\w+-ran by [\d:]+/g)).toEqual([
          'preinstall-ran by 1000:1000',
          'prepare-ran by 1000:1000',
        ]);
        await run.importAll(30_000, packages);
        const steps = ids.map((id) => run.steps.get(id)).filter((step): step is Step => step !== undefined);
        expect(steps.map(({ kind, folder }) => [kind, folder]).filter(([kind]) => kind !== 'own')).toEqual([
          ['fetch', null],
          ['scripts', `${PROJECT}/inner`],
          ['scripts', PROJECT],
          ['load', null],
        ]);
      },
      { ...OFFLINE, randomBytes: noting(ids) },
    );
  });

  it('are in the order in which packages need one another', async () => {
    const { log } = await withProject(WITH_SCRIPTS, (run) => installed(run, 60_000), OFFLINE);
    expect(log.match(/\w+(?=-ran)/g)).toEqual(['inner', 'outer', 'preinstall', 'prepare']);
  });

  it('with hooks of the project in them are the project’s, as its user', async () => {
    const ids: string[] = [];
    const hook = `const noted = () => require('node:fs').writeFileSync('group', String(process.getgid()));
      module.exports = { hooks: { readPackage(pkg) { noted(); return pkg; } } };`;
    await withProject(
      { ...projectRunning('cat group; echo " by the hook"'), '.pnpmfile.cjs': hook },
      async (run) => {
        const { log } = await run.fetch(60_000);
        expect(log).not.toContain('by the hook');
        const project = named((await run.packages()).packages, 'project');
        expect((await run.runScripts(project, 30_000)).log).toMatch(/^1000 by the hook$/m);
        expect(ids.map((id) => run.steps.get(id)?.kind)).toContain('project-code');
      },
      { ...OFFLINE, randomBytes: noting(ids) },
      'pnpm',
    );
  });
});

/** How the last scripts of an install ended. */
async function lastScripts(run: SandboxRun): Promise<StepResult> {
  return (await installed(run, 30_000)).steps.at(-1) as StepResult;
}

describe('the scripts of a package', () => {
  const script = (scripts: Record<string, string>, more: object = {}): Files => ({
    'package.json': { name: 'project', version: '1.0.0', scripts, ...more },
  });

  it('end with the first that fails, whose exit code and name are said', async () => {
    const files = script({ preinstall: 'echo first', install: 'echo second; exit 7', postinstall: 'echo "third"' });
    const { exitCode, log } = await withProject(files, (run) => installed(run, 60_000), OFFLINE);
    expect(exitCode).toBe(7);
    expect(log).toMatch(/^first$/m);
    expect(log).not.toMatch(/^third$/m);
    expect(log).toMatch(/install script ended with exit code 7: echo second; exit 7\n$/);
  });

  it.each([
    [
      'are killed',
      'echo last words; kill -9 $$',
      137,
      'was killed by SIGKILL',
      /^last words\ninstall script was killed/m,
    ],
    ['hold a NUL byte', 'echo \0 x', 126, "can't be started: it contains a NUL byte", /NUL byte\n$/],
    [
      'speak on both streams are heard in their order',
      'echo out; echo err >&2; echo out; exit 3',
      3,
      undefined,
      /out\nerr\nout\ninstall script/,
    ],
  ])('that %s', async (_case, install, exitCode, reason, said) => {
    const ended = await withProject(script({ install }), lastScripts, OFFLINE);
    expect(ended.exitCode).toBe(exitCode);
    expect(ended.reason).toBe(reason);
    expect(ended.log).toMatch(said);
  });

  it('whose folder another package has removed are said not to have run', async () => {
    const files = {
      ...script({}, { dependencies: { a: 'file:a', b: 'file:b' } }),
      'a/package.json': { name: 'a', version: '1.0.0', scripts: { install: 'rm -r ../b' } },
      'b/package.json': { name: 'b', version: '1.0.0', scripts: { install: 'echo never' } },
    };
    const { reason } = await withProject(files, lastScripts, OFFLINE);
    expect(reason).toBe('was not run: its folder was removed before its script could run');
  });

  it('find what their package manager gives them', async () => {
    const manifest = { bin: { 'own-tool': './tool.sh' }, config: { port: '8080' }, dependencies: { dep: 'file:dep' } };
    const files: Files = {
      ...script({ install: 'env; pwd; dep-tool' }, manifest),
      'tool.sh': '#!/bin/sh\n',
      'dep/package.json': { name: 'dep', version: '1.0.0', bin: { 'dep-tool': './tool.js' } },
      'dep/tool.js': '#!/usr/bin/env node\nconsole.log("the tool of dep");\n',
    };
    const { log } = await withProject(files, (run) => installed(run, 60_000), OFFLINE);
    for (const line of [
      'npm_lifecycle_event=install',
      'npm_lifecycle_script=env; pwd; dep-tool',
      'npm_package_name=project',
      'npm_package_version=1.0.0',
      'npm_package_config_port=8080',
      'npm_command=install',
      `INIT_CWD=${PROJECT}`,
      `npm_package_json=${PROJECT}/package.json`,
      PROJECT,
      'the tool of dep',
    ]) {
      expect(log.split('\n')).toContain(line);
    }
    expect(log).toMatch(/^npm_config_user_agent=npm\/12\.\S+ node\/v\S+ linux x64/m);
    expect(log).toMatch(new RegExp(`^PATH=${PROJECT}/node_modules/\\.bin:.*node-gyp-bin.*:/usr/local/bin`, 'm'));
  });
});

/** A package with a program that asks to run as the group of its file. */
async function packageWithSetgidTool(): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'packwarden-test-'));
  try {
    mkdirSync(join(folder, 'package'));
    const manifest = { name: 'tool', version: '1.0.0', bin: 'tool', scripts: { install: './tool /proc/self/status' } };
    writeFileSync(join(folder, 'package/package.json'), JSON.stringify(manifest));
    copyFileSync('/usr/bin/cat', join(folder, 'package/tool'));
    chmodSync(join(folder, 'package/tool'), 0o2755);
    const chunks: Buffer[] = [];
    for await (const chunk of create({ cwd: folder, portable: true }, ['package'])) chunks.push(chunk);
    return gzipSync(Buffer.concat(chunks));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Tries to look into every process: of its own group (that it may), and of the group that fetches and lists. */
const PRYING = `
import os, time
def tried(path):
    try:
        open(path, 'rb').read(1)
        return 'open'
    except OSError as error:
        return os.strerror(error.errno)
while True:
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            uid, gid = (open(f'/proc/{pid}/status').read().split(f'\\n{name}:\\t')[1].split()[0] for name in ('Uid', 'Gid'))
        except OSError:
            continue
        if uid == '1000':
            print(gid, tried(f'/proc/{pid}/environ'), tried(f'/proc/{pid}/mem'), flush=True)
`;

describe('nothing that a package starts gets into the group of the steps that no package’s code runs in', () => {
  it('by asking, or by a program of its own that asks to be run so', async () => {
    const ask = `python3 -c "
import os
for ask in (lambda: os.setgid(2000), lambda: os.setregid(2000, 2000), lambda: os.setgroups([2000]), lambda: os.chown('mine', -1, 2000)):
    open('mine', 'w')
    try: ask(); print('granted')
    except OSError as error: print('refused', error.errno)
"`;
    const files: Files = {
      'package.json': {
        name: 'project',
        dependencies: { tool: 'file:tool.tgz' },
        scripts: { postinstall: 'sh ./ask.sh' },
      },
      'ask.sh': ask,
      'tool.tgz': await packageWithSetgidTool(),
    };
    const { log } = await withProject(files, (run) => installed(run, 60_000), OFFLINE);
    expect(log.match(/^(granted|refused 1)$/gm)).toEqual(Array(4).fill('refused 1'));
    expect(log.match(/^Gid:.*$/gm)).toEqual(['Gid:\t1000\t1000\t1000\t1000']);
    expect(log.match(/^Groups:.*$/gm)?.join()).not.toContain('2000');
  });

  it('or into their memory', async () => {
    const scripts = { preinstall: 'sort -u pried || true', postinstall: 'nohup python3 pry.py > pried 2>&1 &' };
    const files = { 'package.json': { name: 'project', scripts }, 'pry.py': PRYING };
    /** Lists the packages, which is a step of that group, and reads what was tried meanwhile. */
    const pried = async (run: SandboxRun): Promise<readonly string[]> => {
      const project = named((await run.packages()).packages, 'project');
      const { log } = await run.runScripts({ ...project, scripts: ['preinstall'] }, 30_000);
      return log.split('\n').filter((line) => /^\d+ /.test(line));
    };
    await withProject(
      files,
      async (run) => {
        expect(await installed(run, 60_000)).toMatchObject({ exitCode: 0 });
        await vi.waitFor(async () => expect(await pried(run)).toContain('2000 Permission denied Permission denied'), {
          timeout: 60_000,
        });
        const seen = await pried(run);
        expect(seen.filter((line) => line.startsWith('2000 ') && line.includes('open'))).toEqual([]);
        expect(seen.filter((line) => line.startsWith('1000 open'))).not.toEqual([]);
      },
      OFFLINE,
    );
  });
});
