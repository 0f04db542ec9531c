import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderOf } from '../../cli/run-cli.js';
import { dataFolder, ServiceProcess } from '../../support/service-process.js';

/** The package as `npm publish` would send it, installed into an empty folder of somebody else's. */
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const user = folderOf({
  'package.json': { name: 'somebody', private: true, type: 'module' },
  'project/package.json': { name: 'app', version: '1.0.0' },
});
const installed = join(user.path, 'node_modules/packwarden');
let tarball: string;
/** All that the package has at its top. */
const SENT = [
  'LICENSE',
  'README.md',
  'data',
  'dist',
  'falco',
  'image',
  'package.json',
  'protos',
  'rules',
  'scripts',
  'src',
  'web',
];

const run = (program: string, ...args: readonly string[]): string =>
  execFileSync(program, args, { cwd: user.path, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

beforeAll(() => {
  tarball = join(user.path, run('npm', 'pack', '--silent', ROOT).trim());
  run('npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error', tarball);
}, 300_000);
afterAll(() => user.remove());

describe('what is sent', () => {
  it('may be published: nothing keeps it back, and its origin can be proven', () => {
    const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    expect(manifest.private).toBeUndefined();
    expect(manifest.publishConfig).toEqual({ access: 'public', provenance: true });
  });

  it('holds what runs, and no tests, maps or samples', () => {
    const files = run('tar', '-tzf', tarball).trim().split('\n');
    const needless = files.filter((file) =>
      /\.map$|\/test\/|^package\/(bench|ci|falco-test|scripts\/(test|bench))/.test(file),
    );
    expect(needless).toEqual([]);
    const folders = new Set(files.map((file) => /^package\/([^/]+)/.exec(file)?.[1]));
    expect([...folders].sort()).toEqual(SENT);
    const sources = files.filter((file) => file.startsWith('package/src/'));
    expect(sources.every((file) => /^package\/src\/(?:sensor\/bpf|witness\/native)\/[\w.]+\.[ch]$/.test(file))).toBe(
      true,
    );
    // The command line that a service hands out is in it, packed: 410 KiB. Without that the program itself is some 790 KiB.
    expect(files).toContain('package/dist/client/cli.tgz');
    expect(statSync(tarball).size).toBeLessThan(1_300 * 1024);
  });
});

describe('what is installed', () => {
  it('npx packwarden --help', () => {
    expect(run('npx', 'packwarden', '--help')).toContain('analyze        submit a project');
  });

  it('its types tell what the service answers, to a compiler that believes no declaration unseen', () => {
    writeFileSync(
      join(user.path, 'use.ts'),
      `import type { Accepted, ErrorBody, Finding, FullReport, Report, RunningJob, StateEvent } from 'packwarden';
export const verdict = (report: Report): 'clean' | 'findings' | 'incomplete' => report.verdict;
export const first = ({ findings }: FullReport): Finding | undefined => findings[0];
export const isReport = (job: FullReport | RunningJob): job is FullReport => 'verdict' in job;
export const idOf = ({ id }: Accepted | StateEvent): string => id;
export const why = ({ reason }: ErrorBody): string => reason;
// @ts-expect-error: the verdict is one of three
export const wrong: Report['verdict'] = 'unknown';
`,
    );
    const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
    run(process.execPath, compiler, '--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', 'use.ts');
  });

  it('packwarden demo says why it can not', () => {
    expect(() => run('npx', 'packwarden', 'demo')).toThrow('falco-test/ is not part of the npm package');
  });

  it('serves, with a sensor built from what was sent, and analyzes', async () => {
    const data = dataFolder();
    run('bash', join(installed, 'scripts/build-sensor'));
    const main = join(installed, 'dist/cli/main.js');
    const service = await ServiceProcess.start({ PACKWARDEN_DATA_DIR: data.path }, 'all', main);
    try {
      await service.ready();
      const shown = run('npx', 'packwarden', 'analyze', 'project', '--url', service.url, '--format', 'text');
      expect(shown).toMatch(/^Verdict: CLEAN/);
      expect(shown).not.toContain('decoys not watched');
      const byAddress = run(
        'npx',
        '--yes',
        '--allow-remote=root',
        `${service.url}/cli.tgz`,
        'analyze',
        'project',
        '--url',
        service.url,
      );
      expect(JSON.parse(byAddress).verdict).toBe('clean');
    } finally {
      await service.stop();
      data.remove();
    }
  });
});
