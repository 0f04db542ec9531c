import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { app, NOISE, projectFolders, selectFor } from './packed.js';

const { project, unpack } = projectFolders();

describe('what is packed installs as the project does', () => {
  const npm = (args: string[], cwd: string): string =>
    execFileSync('npm', [...args, '--offline', '--no-audit', '--no-fund'], { cwd, encoding: 'utf8', stdio: 'pipe' });

  it('npm ci: workspaces with programs, local dependencies with install scripts, a tarball', async () => {
    const root = project({
      ...NOISE,
      'package.json': app({
        workspaces: ['packages/*'],
        dependencies: { dep: 'file:vendor/dep', t: 'file:t-1.0.0.tgz' },
      }),
      'packages/a/package.json': { name: 'a', version: '1.0.0', dependencies: { b: '1.0.0' }, bin: 'a.js' },
      'packages/a/a.js': '#!/usr/bin/env node\n',
      'packages/b/package.json': { name: 'b', version: '1.0.0', bin: { b: 'missing.js' } },
      'vendor/dep/package.json': { name: 'dep', version: '1.0.0', scripts: { postinstall: 'node made.js' } },
      'vendor/dep/made.js': `require('fs').writeFileSync('made', '')`,
      't/package.json': { name: 't', version: '1.0.0' },
    });
    npm(['pack', './t'], root);
    rmSync(join(root, 'node_modules'), { recursive: true });
    npm(['install', '--package-lock-only'], root);
    const unpacked = await unpack(selectFor(root));
    for (const folder of [root, unpacked]) npm(['ci', '--ignore-scripts=false', '--foreground-scripts'], folder);
    const tree = (folder: string) => npm(['ls', '--all', '--parseable=false'], folder).split('\n').slice(1);
    expect(tree(unpacked).join('\n').replaceAll(unpacked, '')).toBe(tree(root).join('\n').replaceAll(root, ''));
    const installed = (folder: string) =>
      execFileSync('find', ['node_modules', '-not', '-name', '.package-lock.json'], { cwd: folder, encoding: 'utf8' })
        .split('\n')
        .toSorted();
    expect(installed(unpacked)).toEqual(installed(root));
  }, 60_000);
});
