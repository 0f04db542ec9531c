import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { InstalledPackage } from '../../../src/ecosystems/installed-package.js';
import type { Ecosystem } from '../../../src/jobs/job.js';
import { scriptOrder } from '../../../src/jobs/phases/script-order.js';
import type { SandboxRun } from '../../../src/jobs/ports.js';
import { withProject } from '../rig.js';
import type { Files } from '../tarball.js';

const EVENTS = [
  'preinstall',
  'install',
  'postinstall',
  'prepublish',
  'preprepare',
  'prepare',
  'postprepare',
  'prepack',
];
const RAN = '/tmp/ran';

/** A manifest each of whose scripts leaves a line where nothing else writes. */
function manifest(name: string, more: object = {}): object {
  const scripts = Object.fromEntries(EVENTS.map((event) => [event, `echo ${name} ${event} >> ${RAN}`]));
  return { name, version: '1.0.0', scripts, ...more };
}

/** A package as `npm pack` writes it. */
function packed(name: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'packed-'));
  try {
    mkdirSync(join(folder, 'package'));
    writeFileSync(join(folder, 'package/package.json'), JSON.stringify(manifest(name)));
    execFileSync('tar', ['-C', folder, '-czf', join(folder, 'x.tgz'), 'package']);
    return readFileSync(join(folder, 'x.tgz'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A dependency of every kind that needs no registry, and a workspace. */
function project(more: object, files: Files = {}): Files {
  return {
    'package.json': manifest('project', {
      private: true,
      workspaces: ['workspaces/*'],
      dependencies: { folder: 'file:./folder', tarball: 'file:./tarball.tgz' },
      optionalDependencies: { maybe: 'file:./maybe.tgz' },
      ...more,
    }),
    'folder/package.json': manifest('folder'),
    'tarball.tgz': packed('tarball'),
    'maybe.tgz': packed('maybe'),
    'workspaces/one/package.json': manifest('one'),
    ...files,
  };
}

const pnpm = { 'pnpm-workspace.yaml': 'packages: [workspaces/*]\n' };
const rows: readonly [title: string, ecosystem: Ecosystem, files: Files][] = [
  ['npm', 'npm', project({})],
  ['pnpm 12', 'pnpm', project({}, pnpm)],
  ['pnpm 10', 'pnpm', project({ packageManager: 'pnpm@10.1.0' }, pnpm)],
  ['pnpm 9', 'pnpm', project({ packageManager: 'pnpm@9.1.0' }, pnpm)],
  ['yarn 1', 'yarn', project({})],
  ['yarn 3', 'yarn', project({ packageManager: 'yarn@3.8.0' })],
  ['yarn 4', 'yarn', project({ packageManager: 'yarn@4.18.1' })],
  ['bun', 'bun', project({})],
];

function ran({ containerId }: SandboxRun): readonly string[] {
  const look = ['exec', '--user', '1000', containerId, 'sh', '-c', `cat ${RAN} 2> /dev/null || true`];
  return execFileSync('docker', look, { encoding: 'utf8' }).split('\n').filter(Boolean);
}

const named = (packages: readonly InstalledPackage[]): readonly string[] => packages.map(({ name }) => name).sort();

it.each(rows)(
  '%s fetches without running a script, and then each package’s run once',
  async (_title, ecosystem, files) => {
    await withProject(
      files,
      async (run) => {
        const fetched = await run.fetch(120_000);
        expect(fetched, fetched.log).toMatchObject({ exitCode: 0, timedOut: false });
        expect(ran(run)).toEqual([]);
        const { packages } = await run.packages();
        expect(named(packages)).toEqual(['folder', 'maybe', 'one', 'project', 'tarball']);
        for (const pkg of scriptOrder(packages, run.projectDir)) {
          const step = await run.runScripts(pkg, 60_000);
          expect(step, step.log).toMatchObject({ exitCode: 0 });
        }
        const lines = ran(run);
        expect(new Set(lines).size, lines.join('\n')).toBe(lines.length);
        for (const name of ['folder', 'maybe', 'tarball', 'project']) expect(lines).toContain(`${name} postinstall`);
      },
      { egress: { mode: 'none' } },
      ecosystem,
    );
  },
);
