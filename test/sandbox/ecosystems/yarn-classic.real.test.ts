import { describe, expect, it } from 'vitest';
import { installed } from '../installed.js';
import { withProject } from '../rig.js';
import type { Files } from '../tarball.js';

const RAN = 'noisy-ran';

/** A project with a dependency whose script leaves a word in the output. */
function withDependency(more: Files = {}, manifest: object = {}): Files {
  return {
    'package.json': { name: 'project', version: '1.0.0', dependencies: { noisy: 'file:./noisy' }, ...manifest },
    'noisy/package.json': { name: 'noisy', version: '1.2.3', scripts: { postinstall: 'echo noisy-"ran"' } },
    ...more,
  };
}

const settings = (text: string): Files => withDependency({ '.yarnrc': `${text}\n` });

describe('scripts are forced on', () => {
  it.concurrent.each<[string, Files, string[]]>([
    ['nothing is said about it', withDependency(), []],
    [
      'scripts are ignored',
      settings('ignore-scripts true\n--install.ignore-scripts true'),
      ['ignore-scripts', '--install.ignore-scripts'],
    ],
    ['another yarn is named', settings('yarn-path "/bin/true"'), ['yarn-path']],
    ['another folder for modules', settings('--modules-folder /tmp/elsewhere'), ['--modules-folder']],
    ['another folder for all', settings('--cwd /home/ci/project/noisy'), ['--cwd']],
    [
      'production only',
      settings('--install.production true\n--ignore-optional true'),
      ['--install.production', '--ignore-optional'],
    ],
    ['help is asked for', settings('--help true'), ['--help']],
    [
      '.npmrc ignores scripts',
      withDependency({ '.npmrc': 'ignore-scripts=true\nscript-shell=/bin/true\n' }),
      ['ignore-scripts of .npmrc'],
    ],
    [
      "Plug'n'Play, and another version",
      withDependency({}, { installConfig: { pnp: true }, packageManager: 'yarn@1.0.0', engines: { yarn: '3' } }),
      ['packageManager yarn@1.0.0 of package.json', 'engines.yarn 3 of package.json'],
    ],
  ])('when %s', async (_case, files, leftOut) => {
    await withProject(
      files,
      async (run) => {
        const step = await installed(run, 60_000);
        expect(step.log).toContain(RAN);
        expect(step).toMatchObject({ exitCode: 0, timedOut: false });
        expect(step.packages).toContainEqual(
          expect.objectContaining({ path: 'node_modules/noisy', scripts: ['postinstall'] }),
        );
        expect(run.manager).toMatchObject({
          name: 'yarn',
          version: '1.22.22',
          leftOut: leftOut.map((key) => (/ of \S+$/.test(key) ? key : `${key} of .yarnrc`)),
        });
      },
      { egress: { mode: 'none' } },
      'yarn',
    );
  });
});

it('installs from the registry through the gateway, and keeps to the lock file', async () => {
  const lock = [
    '# yarn lockfile v1\n\n',
    'is-number@^6.0.0, is-number@^7.0.0:\n  version "7.0.0"\n  resolved "https://registry.npmjs.org/is-number/-/is-number-7.0.0.tgz"\n',
  ];
  const files = {
    'package.json': { name: 'project', version: '1.0.0', dependencies: { 'is-number': '^7.0.0' } },
    'yarn.lock': lock.join(''),
  };
  await withProject(
    files,
    async (run) => {
      const { packages, ...step } = await installed(run, 90_000);
      expect(step).toMatchObject({
        exitCode: 0,
        command: expect.stringMatching(/^yarn install --pure-lockfile/),
      });
      expect(packages.map(({ name, version }) => `${name}@${version}`)).toEqual(['project@1.0.0', 'is-number@7.0.0']);
      expect(run.egressEvidence().egress).toContainEqual(
        expect.objectContaining({ host: 'registry.npmjs.org', via: 'proxy', allowed: true }),
      );
      expect(run.manager?.reason).toContain('yarn.lock is of yarn 1');
    },
    {},
    'auto',
  );
});
