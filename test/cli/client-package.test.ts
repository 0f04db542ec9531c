import { execFile, execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packClient } from './client-package.js';
import { folderOf } from './run-cli.js';

/** The command line as a service hands it out, unpacked where there is nothing else. */
const folder = folderOf({ 'project/package.json': { name: 'app', version: '1.0.0' } });
const tarball = join(folder.path, 'cli.tgz');
const root = join(folder.path, 'package');

beforeAll(() => {
  packClient(tarball);
  execFileSync('tar', ['-xzf', tarball, '-C', folder.path]);
});
afterAll(() => folder.remove());

function run(...args: readonly string[]) {
  return execFileSync(process.execPath, [join(root, 'dist/cli/client.js'), ...args], {
    cwd: folder.path,
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

describe('the packed command line', () => {
  it('needs nothing beside it, and is small', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(manifest.bin).toEqual({ packwarden: 'dist/cli/client.js' });
    expect(Object.keys(manifest).filter((key) => /dependencies|scripts/i.test(key))).toEqual([]);
    expect(statSync(tarball).size).toBeLessThan(500 * 1024);
  });

  it('passes on the licence of every library that is in it', () => {
    const licences = readFileSync(join(root, 'THIRD-PARTY-LICENCES'), 'utf8');
    for (const library of ['zod', 'yaml', 'tar', '@cyclonedx/cyclonedx-library']) {
      expect(licences).toMatch(new RegExp(`^# ${library} \\d`, 'm'));
    }
  });

  it('has the commands that ask a service, and each of them starts', () => {
    const commands = [...run('--help').matchAll(/^ {2}(\S+) {2}/gm)].map(([, name]) => name ?? '');
    expect(commands).toEqual(['analyze', 'behaviours', 'allow-scripts', 'egress-policy']);
    for (const command of commands) expect(run(command, '--help')).toContain(`Usage: packwarden ${command}`);
  });

  it('packs a project', () => {
    expect(run('analyze', 'project', '--dry-run')).toContain('package.json');
  });
});

it('the same sources make the same file', () => {
  expect(packClient(join(folder.path, 'again.tgz')).equals(readFileSync(tarball))).toBe(true);
});

it('npx runs it by its address, without asking a registry', async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response
      .writeHead(request.url === '/cli.tgz' ? 200 : 404)
      .end(request.url === '/cli.tgz' ? readFileSync(tarball) : '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const shown = await new Promise<string>((resolve, reject) => {
    const env = {
      PATH: process.env.PATH,
      HOME: folder.path,
      npm_config_registry: `${url}/registry/`,
      npm_config_update_notifier: 'false',
      npm_config_audit: 'false',
    };
    execFile(
      'npx',
      ['--yes', '--allow-remote=root', `${url}/cli.tgz`, 'analyze', 'project', '--dry-run'],
      { cwd: folder.path, env },
      (error, stdout) => (error ? reject(error) : resolve(stdout)),
    );
  });
  server.close();
  expect(shown).toContain('package.json');
  expect(new Set(asked)).toEqual(new Set(['/cli.tgz']));
});
