import { describe, expect, it } from 'vitest';
import { installed } from '../installed.js';
import { withProject } from '../rig.js';
import type { Files } from '../tarball.js';

const RAN = 'noisy-ran';

/** A project with a dependency whose script leaves a word in the output. */
function withDependency(more: Files = {}, manifest: object = {}): Files {
  return {
    'package.json': { name: 'project', version: '1.0.0', dependencies: { noisy: 'file:noisy' }, ...manifest },
    'noisy/package.json': { name: 'noisy', version: '1.2.3', scripts: { postinstall: 'echo noisy-"ran"' } },
    ...more,
  };
}

const settings = (text: string): Files => withDependency({ 'pnpm-workspace.yaml': text });
const pnpmfile = (text: string): Files =>
  withDependency({ '.pnpmfile.cjs': `module.exports = { hooks: { ${text} } };` });
const devEngines = { packageManager: { name: 'pnpm', version: '9.1.0', onFail: 'download' } };

describe('scripts are forced on', () => {
  it.concurrent.each([
    ['nothing is said about it', withDependency()],
    ['scripts are ignored', settings('ignoreScripts: true')],
    ['its scripts are denied', settings('allowBuilds: { noisy: false }')],
    ['never built', settings('neverBuiltDependencies: [noisy]\nignoredBuiltDependencies: [noisy]')],
    ['only others are built', settings('onlyBuiltDependencies: [other]')],
    ['unreviewed scripts are an error', settings('strictDepBuilds: true')],
    ['another shell', settings('scriptShell: /bin/true\nshellEmulator: true')],
    ["Plug'n'Play", settings('nodeLinker: pnp')],
    ['no folder for modules', settings('enableModulesDir: false\nvirtualStoreOnly: true')],
    ['another folder for modules', settings('modulesDir: /tmp/elsewhere\nvirtualStoreDir: /tmp/store')],
    ['a store for all projects', settings('enableGlobalVirtualStore: true')],
    ['the lock file only, a dry run', settings('lockfileOnly: true\ndryRun: true')],
    ['offline', settings('offline: true\nfrozenStore: true')],
    ['nothing for development', settings('dev: false\nproduction: false\noptional: false')],
    ['.npmrc ignores scripts', withDependency({ '.npmrc': 'ignore-scripts=true\nscript-shell=/bin/true\n' })],
    ['a hook takes the scripts away', pnpmfile(`readPackage(p) { if (p.name === 'noisy') p.scripts = {}; return p; }`)],
    [
      'a hook changes the settings',
      pnpmfile('updateConfig(c) { c.ignoreScripts = true; c.allowBuilds = { noisy: false }; return c; }'),
    ],
    ['another version of pnpm is asked for', withDependency({}, { packageManager: 'pnpm@9.1.0', devEngines })],
  ])('when %s', async (_case, files) => {
    const step = await withProject(files, (run) => installed(run, 60_000), { egress: { mode: 'none' } }, 'pnpm');
    expect(step.log).toContain(RAN);
    expect(step).toMatchObject({ exitCode: 0, timedOut: false });
    expect(step.packages.find(({ name }) => name === 'noisy')).toMatchObject({
      path: 'node_modules/noisy',
      scripts: ['postinstall'],
    });
  });
});

it('the hooks of a project are reported as a step of its own code', async () => {
  const fetched = (files: Files) =>
    withProject(files, (run) => run.fetch(60_000), { egress: { mode: 'none' } }, 'pnpm');
  expect((await fetched(pnpmfile('readPackage: (p) => p'))).projectCode).toEqual(['.pnpmfile.cjs']);
  expect((await fetched(withDependency())).projectCode).toBeUndefined();
});

it('installs from the registry through the gateway, in the layout of links, each package listed once', async () => {
  const files = { 'package.json': { name: 'project', dependencies: { 'is-odd': '3.0.1' } } };
  await withProject(
    files,
    async (run) => {
      const { packages, ...step } = await installed(run, 90_000);
      expect(step).toMatchObject({ exitCode: 0 });
      expect(packages.map(({ name, version }) => `${name}@${version}`)).toEqual([
        'project@',
        'is-odd@3.0.1',
        'is-number@6.0.0',
      ]);
      expect(packages[1]?.resolved).toEqual({ 'is-number': packages[2]?.realPath });
      expect(run.egressEvidence().egress).toContainEqual(
        expect.objectContaining({ host: 'registry.npmjs.org', via: 'proxy', allowed: true }),
      );
      expect(run.manager).toMatchObject({ name: 'pnpm', version: expect.stringMatching(/^12\./) });
      const { loaded, problem } = await run.importAll(30_000, packages);
      expect(problem).toBeNull();
      expect(loaded).toEqual([expect.objectContaining({ name: 'is-odd', version: '3.0.1', ok: true })]);
    },
    {},
    'pnpm',
  );
});

it('lists workspaces, and loads what they depend on', async () => {
  const files: Files = {
    'package.json': { name: 'project', version: '1.0.0' },
    'pnpm-workspace.yaml': 'packages: ["apps/*"]\n',
    'apps/web/package.json': { name: 'web', version: '1.0.0', dependencies: { noisy: 'file:../../noisy' } },
    'noisy/package.json': { name: 'noisy', version: '1.2.3', scripts: { postinstall: 'echo noisy-"ran"' } },
    'noisy/index.js': '',
  };
  await withProject(
    files,
    async (run) => {
      const { log, packages } = await installed(run, 60_000);
      expect(log).toContain(RAN);
      expect(packages.map(({ name }) => name).sort()).toEqual(['noisy', 'project', 'web']);
      expect((await run.importAll(30_000, packages)).loaded).toEqual([
        expect.objectContaining({ name: 'noisy', ok: true }),
      ]);
    },
    { egress: { mode: 'none' } },
    'pnpm',
  );
});
