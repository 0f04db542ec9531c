import { describe, expect, it } from 'vitest';
import { installed } from './installed.js';
import { projectRunning, withProject } from './rig.js';
import type { Files } from './tarball.js';

/** A project with a dependency whose scripts leave a word in the output. */
function withDependency(more: Files = {}, manifest: object = {}): Files {
  return {
    'package.json': { name: 'project', version: '1.0.0', dependencies: { noisy: 'file:noisy' }, ...manifest },
    'noisy/package.json': { name: 'noisy', version: '1.2.3', scripts: { postinstall: 'echo noisy-"ran"' } },
    ...more,
  };
}

/** The same, with a workspace beside it that depends on nothing. */
function withWorkspace(npmrc: string): Files {
  const other = { name: 'other', version: '1.0.0' };
  return withDependency({ '.npmrc': npmrc, 'ws/other/package.json': other }, { workspaces: ['ws/*'] });
}

const RAN = 'noisy-ran';

describe('scripts are forced on', () => {
  it.concurrent.each([
    ['nothing is said about it', withDependency()],
    ['.npmrc ignores scripts', withDependency({ '.npmrc': 'ignore-scripts=true\n' })],
    ['.npmrc runs scripts with /bin/true', withDependency({ '.npmrc': 'script-shell=/bin/true\n' })],
    ['.npmrc asks for a dry run', withDependency({ '.npmrc': 'dry-run=true\n' })],
    ['.npmrc asks for the lock file only', withDependency({ '.npmrc': 'package-lock-only=true\n' })],
    ['.npmrc leaves everything out', withDependency({ '.npmrc': 'omit[]=prod\nomit[]=dev\nonly=dev\n' })],
    ['.npmrc forbids folders', withDependency({ '.npmrc': 'allow-directory=none\n' })],
    ['.npmrc installs globally', withDependency({ '.npmrc': 'global=true\nlocation=global\n' })],
    ['.npmrc is strict about scripts', withDependency({ '.npmrc': 'strict-allow-scripts=true\n' })],
    ['.npmrc copies folders', withDependency({ '.npmrc': 'install-links=true\n' })],
    ['.npmrc hides the output', withDependency({ '.npmrc': 'foreground-scripts=false\nloglevel=silent\n' })],
    ['.npmrc is offline', withDependency({ '.npmrc': 'offline=true\n' })],
    ['.npmrc names another prefix', withDependency({ '.npmrc': 'prefix=/tmp/elsewhere\n' })],
    ['.npmrc names a workspace', withDependency({ '.npmrc': 'workspaces=false\ninclude-workspace-root=false\n' })],
    ['.npmrc installs one workspace only', withWorkspace('workspace[]=other\n')],
    ['.npmrc leaves the root out', withWorkspace('workspaces=true\ninclude-workspace-root=false\n')],
    ['.npmrc asks for help', withDependency({ '.npmrc': 'usage=true\nhelp=true\n' })],
    ['.npmrc asks for versions', withDependency({ '.npmrc': 'version=true\nversions=true\n' })],
    ['.npmrc wants nothing newer than the registry', withDependency({ '.npmrc': 'before=2001-01-01\n' })],
    ['the project denies its scripts', withDependency({}, { allowScripts: { noisy: false, 'noisy@1.2.3': false } })],
    ['it is a devDependency', withDependency({}, { dependencies: {}, devDependencies: { noisy: 'file:noisy' } })],
    ['it is optional', withDependency({}, { dependencies: {}, optionalDependencies: { noisy: 'file:noisy' } })],
  ])('when %s', async (_case, files) => {
    const step = await withProject(files, (run) => installed(run, 60_000));
    expect(step).toMatchObject({ exitCode: 0, timedOut: false });
    expect(step.log).toContain(RAN);
  });
});

it('compiles a native package for which nobody wrote an install script, without a download', async () => {
  const files: Files = {
    'package.json': { name: 'project', dependencies: { native: 'file:native' } },
    'native/package.json': { name: 'native', version: '1.0.0', main: 'build/Release/native.node' },
    'native/binding.gyp': "{ 'targets': [{ 'target_name': 'native', 'sources': ['native.c'] }] }",
    'native/native.c': `#include <node_api.h>
      static napi_value init(napi_env env, napi_value exports) { return exports; }
      NAPI_MODULE(NODE_GYP_MODULE_NAME, init)`,
  };
  await withProject(
    files,
    async (run) => {
      const step = await installed(run, 120_000);
      expect(step.log).toContain('gyp info ok');
      expect(step.exitCode).toBe(0);
      const native = step.packages.find(({ name }) => name === 'native');
      expect(native?.scripts).toEqual(['install']);
      expect((await run.importAll(30_000, step.packages)).log).toContain('native: loaded');
      expect(run.egressEvidence().egress).toEqual([]);
    },
    { egress: { mode: 'none' } },
  );
});

it('installs from the registry through the gateway, which keeps the record', async () => {
  // Whatever layout the project asks for, what its dependencies bring along is listed.
  const files = {
    'package.json': { name: 'project', dependencies: { 'is-odd': '3.0.1' } },
    '.npmrc': 'install-strategy=linked\n',
  };
  await withProject(files, async (run) => {
    const step = await installed(run, 90_000);
    expect(step).toMatchObject({ exitCode: 0 });
    expect(step.packages.map(({ name, version }) => `${name}@${version}`)).toContain('is-number@6.0.0');
    const registry = run.egressEvidence().egress.find(({ host }) => host === 'registry.npmjs.org');
    expect(registry).toMatchObject({ port: 443, via: 'proxy', allowed: true });
  });
});

it('uses npm ci when there is a lock file, and says what it ran', async () => {
  const lock = { name: 'project', lockfileVersion: 3, packages: { '': { name: 'project', version: '1.0.0' } } };
  const files = { 'package.json': { name: 'project', version: '1.0.0' }, 'package-lock.json': lock };
  const step = await withProject(files, (run) => installed(run, 60_000));
  expect(step.command).toMatch(/^npm ci .*--ignore-scripts/);
  expect(step.exitCode).toBe(0);
});

it("reports a failed install, with its script's own exit code in the log", async () => {
  const step = await withProject(projectRunning('echo before the end; exit 3'), (run) => installed(run, 60_000));
  expect(step).toMatchObject({ exitCode: 3, timedOut: false });
  expect(step.log).toContain('before the end');
});
