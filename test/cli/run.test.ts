import { expect, it } from 'vitest';
import { Cli, folderOf } from './run-cli.js';

it.each<[string, string[], string]>([
  ['another service', ['--url', 'https://packwarden.example'], 'packwarden analyze asks a service elsewhere'],
  ['a token', ['--token=x'], 'packwarden analyze asks a service elsewhere'],
  ['a folder that is not there', ['/nowhere/at/all'], '/nowhere/at/all does not exist'],
  ['an unknown option', ['--frobnicate'], '--frobnicate'],
])('packwarden run refuses %s before it installs anything', async (_title, words, reason) => {
  const { code, stderr } = await new Cli(['run', ...words]).ended;
  expect(stderr).toContain(reason);
  expect(stderr).not.toContain('[setup]');
  expect(code).toBe(2);
});

it('lists what it would pack, and starts nothing', async () => {
  const project = folderOf({ 'package.json': { name: 'app', version: '1.0.0' } });
  try {
    const { code, stdout, stderr } = await new Cli(['run', project.path, '--dry-run']).ended;
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('package.json');
  } finally {
    project.remove();
  }
});
