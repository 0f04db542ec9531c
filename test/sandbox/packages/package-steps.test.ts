import { describe, expect, it } from 'vitest';
import { bun } from '../../../src/ecosystems/bun/bun.js';
import { bundler } from '../../../src/ecosystems/bundler/bundler.js';
import type { PackageManager } from '../../../src/ecosystems/manager.js';
import { npm } from '../../../src/ecosystems/npm/npm.js';
import type { StepResult } from '../../../src/jobs/ports.js';
import type { ContainerCommands } from '../../../src/sandbox/container/commands.js';
import { PackageSteps } from '../../../src/sandbox/packages/package-steps.js';
import { foundProject } from '../../ecosystems/found-project.js';
import { installedPackage } from '../../ecosystems/installed-package.js';

const NETWORK = { proxy: 'http://10.0.0.1:1', registry: 'https://r.example/', registries: [] };

/** The steps of `manager`, whose every command in the sandbox goes as `ended` says. */
function stepsOf(manager: PackageManager, ended: Pick<StepResult, 'exitCode' | 'log'>): PackageSteps {
  const step = async (command: readonly string[]): Promise<StepResult> => ({
    ...ended,
    command: command.join(' '),
    timedOut: false,
    durationMs: 1,
    logBytes: ended.log.length,
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
    const fetched = await stepsOf(manager, ended).fetch(1_000);
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
    expect((await stepsOf(manager, ended).runScripts(pkg, 1_000)).reason).toBe(reason);
  });
});
