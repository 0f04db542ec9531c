import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { dataFolder, eventually } from '../support/service-process.js';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const data = dataFolder();
const project = join(data.path, 'project');
const bin = join(data.path, 'bin');
mkdirSync(project);
mkdirSync(bin);
writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'own', dependencies: { 'is-number': '7.0.0' } }));
/** A browser that only notes which page it is asked for. */
const opened = join(data.path, 'opened');
writeFileSync(join(bin, 'xdg-open'), `#!/bin/sh\necho "$1" >'${opened}'\n`);
chmodSync(join(bin, 'xdg-open'), 0o755);
afterAll(() => data.remove());

function start(...options: string[]): { child: ChildProcess; output: () => string; ended: Promise<number | null> } {
  const child = spawn(process.execPath, [MAIN, 'run', project, '--format', 'text', ...options], {
    env: {
      ...process.env,
      PATH: `${bin}:${process.env.PATH}`,
      PACKWARDEN_PORT: '0',
      PACKWARDEN_DATA_DIR: join(data.path, 'data'),
      PACKWARDEN_LINGER_S: '0',
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  return { child, output: () => output, ended: new Promise((resolve) => child.once('close', resolve)) };
}

it('reports on a project where no service runs, and leaves none behind', async () => {
  const { output, ended } = start();
  expect(await ended, output()).toBe(0);
  expect(output()).toContain('packages loaded: 1 of 1');
  const [base = ''] = /http:\/\/[\d.:]+/.exec(output()) ?? [];
  await expect(fetch(`${base}/readyz`)).rejects.toThrow();
});

it('shows the page while the job runs, and goes on until Ctrl-C', async () => {
  const { child, output, ended } = start('--open');
  const page = await eventually('the page is opened', 60_000, () =>
    existsSync(opened) ? readFileSync(opened, 'utf8').trim() : undefined,
  );
  await eventually(`the report is there: ${output()}`, 120_000, () => output().includes('Ctrl-C ends it') || undefined);
  expect(await (await fetch(page)).text()).toContain('is-number');
  child.kill('SIGINT');
  expect(await ended).toBe(0);
});

it('ends at once with a Ctrl-C in the middle of the job', async () => {
  const { child, output, ended } = start('--open');
  await eventually(`the job runs: ${output()}`, 60_000, () => output().includes('fetching') || undefined);
  child.kill('SIGINT');
  expect(await ended).toBe(130);
  expect(output()).toContain('cancelling job');
});
