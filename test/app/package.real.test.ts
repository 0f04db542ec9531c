import { execFileSync } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderOf } from '../cli/run-cli.js';
import { dataFolder, ServiceProcess } from './service-process.js';

/** The package as `npm publish` would send it, installed into an empty folder of somebody else's. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const user = folderOf({
  'package.json': { name: 'somebody', private: true, type: 'module' },
  'project/package.json': { name: 'app', version: '1.0.0' },
});
const installed = join(user.path, 'node_modules/packwarden');
let tarball: string;

const run = (program: string, ...args: readonly string[]): string =>
  execFileSync(program, args, { cwd: user.path, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

beforeAll(() => {
  tarball = join(user.path, run('npm', 'pack', '--silent', ROOT).trim());
  run('npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error', tarball);
}, 300_000);
afterAll(() => user.remove());

describe('what is sent', () => {
  it('holds what runs, and no tests, maps or samples', () => {
    const files = run('tar', '-tzf', tarball).trim().split('\n');
    const needless = files.filter((file) =>
      /\.map$|\/test\/|^package\/(bench|ci|falco-test|scripts\/(test|bench))/.test(file),
    );
    expect(needless).toEqual([]);
    const sources = files.filter((file) => file.startsWith('package/src/'));
    expect(sources.every((file) => /^package\/src\/(?:sensor\/bpf|witness\/native)\/[\w.]+\.[ch]$/.test(file))).toBe(
      true,
    );
    expect(statSync(tarball).size).toBeLessThan(700 * 1024);
  });
});

describe('what is installed', () => {
  it('npx packwarden --help', () => {
    expect(run('npx', 'packwarden', '--help')).toContain('analyze        have a project');
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
    } finally {
      await service.stop();
      data.remove();
    }
  });
});
