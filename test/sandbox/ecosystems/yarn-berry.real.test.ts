import { describe, expect, it } from 'vitest';
import { installed } from '../installed.js';
import { withProject } from '../rig.js';
import type { Files } from '../tarball.js';

const RAN = 'noisy-ran';
const VERSION = { packageManager: 'yarn@4.0.0' };

/** A project with a dependency whose script leaves a word in the output. */
function withDependency(more: Files = {}, manifest: object = {}): Files {
  const dependencies = { noisy: 'file:./noisy' };
  return {
    'package.json': { name: 'project', version: '1.0.0', dependencies, ...VERSION, ...manifest },
    'noisy/package.json': { name: 'noisy', version: '1.2.3', scripts: { postinstall: 'echo noisy-"ran"' } },
    ...more,
  };
}

const settings = (text: string): Files => withDependency({ '.yarnrc.yml': `${text}\n` });
const PLUGIN = `module.exports = { name: 'quiet', factory: () => ({ hooks: { validateProject() { process.exit(0); } } }) };`;

describe('scripts are forced on', () => {
  it.concurrent.each<[string, Files, string[]]>([
    ['nothing is said about it', withDependency(), []],
    ['scripts are off', settings('enableScripts: false'), ['enableScripts of .yarnrc.yml']],
    ["Plug'n'Play", settings('nodeLinker: pnp'), ['nodeLinker of .yarnrc.yml']],
    ['a layout of links', settings('nodeLinker: pnpm'), ['nodeLinker of .yarnrc.yml']],
    ['another yarn is named', settings('yarnPath: /bin/true'), ['yarnPath of .yarnrc.yml']],
    [
      'the lock file may not change',
      settings('enableImmutableInstalls: true\nenableHardenedMode: true'),
      ['enableHardenedMode of .yarnrc.yml', 'enableImmutableInstalls of .yarnrc.yml'],
    ],
    ['there is no network', settings('enableNetwork: false'), ['enableNetwork of .yarnrc.yml']],
    [
      'another platform is meant',
      settings('supportedArchitectures:\n  os: [win32]\n  cpu: [arm]'),
      ['supportedArchitectures of .yarnrc.yml'],
    ],
    [
      'a plugin ends the install',
      withDependency({ '.yarnrc.yml': 'plugins:\n  - ./quiet.cjs\n', 'quiet.cjs': PLUGIN }),
      ['plugins of .yarnrc.yml'],
    ],
    [
      'a plugin hides in braces',
      withDependency({ '.yarnrc.yml': '{"plugins": ["./quiet.cjs"]}\n', 'quiet.cjs': PLUGIN }),
      ['everything (it is not written in lines of `key: value`) of .yarnrc.yml'],
    ],
    [
      'the project denies its scripts',
      withDependency({}, { dependenciesMeta: { noisy: { built: false } } }),
      ['dependenciesMeta.noisy.built of package.json'],
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
          version: '4.18.1',
          leftOut: ['packageManager yarn@4.0.0 of package.json', ...leftOut],
        });
      },
      { egress: { mode: 'none' } },
      'yarn',
    );
  });
});

it('installs from the registry through the gateway', async () => {
  const files = {
    'package.json': { name: 'project', version: '1.0.0', dependencies: { 'is-odd': '3.0.1' }, ...VERSION },
  };
  await withProject(
    files,
    async (run) => {
      const { packages, ...step } = await installed(run, 90_000);
      expect(step).toMatchObject({ exitCode: 0 });
      expect(packages.map(({ name }) => name).sort()).toEqual(['is-number', 'is-odd', 'project']);
      expect(run.egressEvidence().egress).toContainEqual(
        expect.objectContaining({ host: 'registry.npmjs.org', via: 'proxy', allowed: true }),
      );
      expect(run.manager?.reason).toBe('package.json asks for yarn@4.0.0');
    },
    {},
    'auto',
  );
});
