import { describe, expect, it } from 'vitest';
import { bun } from '../../../src/ecosystems/bun/bun.js';
import { bundler } from '../../../src/ecosystems/bundler/bundler.js';
import type { InstalledPackage } from '../../../src/ecosystems/installed-package.js';
import type { PackageManager } from '../../../src/ecosystems/manager.js';
import { npm } from '../../../src/ecosystems/npm/npm.js';
import type { StepResult } from '../../../src/jobs/ports.js';
import type { ContainerCommands } from '../../../src/sandbox/container/exec/commands.js';
import { PackageSteps } from '../../../src/sandbox/packages/package-steps.js';
import { foundProject } from '../../ecosystems/found-project.js';
import { installedPackage } from '../../ecosystems/installed-package.js';

const NETWORK = { proxy: 'http://10.0.0.1:1', registry: 'https://r.example/', registries: [] };

/** The steps of `manager`, whose commands in the sandbox go as `ended` says. */
function stepsOf(manager: PackageManager, ended: (command: readonly string[]) => Partial<StepResult>): PackageSteps {
  const step = async (command: readonly string[]): Promise<StepResult> => ({
    command: command.join(' '),
    exitCode: 0,
    timedOut: false,
    durationMs: 1,
    log: '',
    logBytes: 0,
    ...ended(command),
  });
  const commands = { step } satisfies Partial<ContainerCommands> as Partial<ContainerCommands> as ContainerCommands;
  const project = foundProject({ heads: { 'package-lock.json': '' } });
  return new PackageSteps({ commands, clock: Date, network: NETWORK, manager, project });
}

describe('a fetch says why', () => {
  it.each<[string, PackageManager, Pick<StepResult, 'exitCode' | 'log'>, string | undefined]>([
    [
      'it failed',
      npm,
      { exitCode: 1, log: 'npm error code EUSAGE\nnpm error The `npm ci` command can only install with an existing\n' },
      'package-lock.json is empty',
    ],
    ['nothing, where the log has no words of the manager', npm, { exitCode: 1, log: 'Killed\n' }, undefined],
    [
      'it can’t be vouched for, though it ended well',
      bun,
      { exitCode: 0, log: "InvalidLockfile: failed to parse lockfile: 'bun.lock'\nwarn: Ignoring lockfile\n" },
      "bun.lock can't be read; its versions were not installed",
    ],
    ['nothing, where all went well', npm, { exitCode: 0, log: 'npm error code E1\n' }, undefined],
  ])('%s', async (_case, manager, ended, reason) => {
    const fetched = await stepsOf(manager, () => ended).fetch(1_000);
    expect(fetched.reason).toBe(reason);
    expect(fetched.exitCode).toBe(ended.exitCode);
  });
});

describe('scripts say how they ended', () => {
  it.each<[string, PackageManager, Pick<StepResult, 'exitCode' | 'log'>, string | undefined]>([
    [
      'by a signal',
      npm,
      { exitCode: 139, log: 'SAY\npostinstall script was killed by SIGSEGV: kill -SEGV $$\n' },
      'was killed by SIGSEGV',
    ],
    [
      'not started',
      npm,
      { exitCode: 126, log: "postinstall script can't be started: it contains a NUL byte\n" },
      "can't be started: it contains a NUL byte",
    ],
    [
      'without a manifest, which another package took away',
      npm,
      { exitCode: 126, log: "the scripts can't be started: ENOENT: no such file\n" },
      "can't be started: ENOENT: no such file",
    ],
    [
      'without a folder, which another package took away',
      npm,
      {
        exitCode: 126,
        log: 'OCI runtime exec failed: exec failed: unable to start container process: chdir to cwd ("/home/ci/project/bb") set in config.json failed: no such file or directory: unknown\r\n',
      },
      'was not run: its folder was removed before its script could run',
    ],
    [
      'a gem’s, by a signal',
      bundler,
      { exitCode: 1, log: 'extconf.rb of badgem-1.0.0: extconf was killed by SIGKILL\n' },
      'was killed by SIGKILL',
    ],
    [
      'by an exit code, which says as much',
      npm,
      { exitCode: 137, log: 'was killed by SIGKILL\npostinstall script ended with exit code 137: x\n' },
      undefined,
    ],
    ['well', npm, { exitCode: 0, log: 'postinstall script was killed by SIGKILL\n' }, undefined],
  ])('%s', async (_case, manager, ended, reason) => {
    const pkg = installedPackage('node_modules/a', { scripts: ['postinstall'] });
    expect((await stepsOf(manager, () => ended).runScripts(pkg, 1_000)).reason).toBe(reason);
  });
});

describe('git dependencies that have to be built', () => {
  const git = (name: string, scripts: readonly string[] = []): InstalledPackage =>
    installedPackage(`node_modules/${name}`, {
      from: { kind: 'git', resolved: `git+https://git.example/${name}.git#0123abc`, integrity: null },
      buildScripts: ['prepare'],
      scripts: [...scripts],
    });
  const broken = {
    exitCode: 128,
    log: "fatal: unable to access 'https://git.example/bad.git/': 404\n",
    timedOut: false,
  };

  /** `bad`: how the clone of a dependency of that name ends. Resolves with how each one's scripts ended, and what was started. */
  async function built(packages: readonly InstalledPackage[], bad: Partial<StepResult>) {
    const commands: string[] = [];
    const steps = stepsOf(npm, (command) => {
      commands.push(command.slice(2).join(' '));
      return command.some((word) => word.includes('/bad.git')) ? bad : {};
    });
    const fetched = await steps.fetchGitBuilds(packages, 1_000);
    const clones = commands.splice(0).length;
    const results: StepResult[] = [];
    for (const pkg of packages) results.push(await steps.runScripts(pkg, 1_000));
    return { fetched, clones, results, ran: commands };
  }

  it.each<[string, Partial<StepResult>, readonly string[]]>([
    ['cannot be cloned', broken, []],
    ['cannot be cloned, and has a script of its own', broken, ['postinstall']],
    ['has what it is built with nowhere', { ...broken, exitCode: 1, log: 'npm error 404 x@1\n' }, ['install']],
  ])('one that %s fails by its own name, and no other', async (_what, bad, scripts) => {
    const { fetched, clones, results, ran } = await built([git('a'), git('bad', scripts), git('b')], bad);
    expect([clones, fetched?.exitCode, fetched?.log]).toEqual([3, bad.exitCode, bad.log]);
    expect(results.map(({ exitCode }) => exitCode)).toEqual([0, bad.exitCode, 0]);
    expect(results[1]?.reason).toBe(
      `could not be built: fetching git+https://git.example/bad.git#0123abc, or what it is built with, ended with exit code ${bad.exitCode}`,
    );
    expect(results[1]?.log).toBe(bad.log);
    expect(ran.filter((command) => command.includes('prepare'))).toHaveLength(2);
    expect(ran.filter((command) => scripts.some((name) => command.endsWith(name)))).toHaveLength(scripts.length);
  });

  it('one whose clone was stopped at its deadline was', async () => {
    const { results } = await built([git('bad')], { ...broken, timedOut: true });
    expect(results[0]).toMatchObject({ timedOut: true });
  });

  it('all are built where each can be', async () => {
    const { fetched, results } = await built([git('a'), git('b')], broken);
    expect([fetched?.exitCode, ...results.map(({ exitCode, reason }) => [exitCode, reason])]).toEqual([
      0,
      [0, undefined],
      [0, undefined],
    ]);
  });
});
