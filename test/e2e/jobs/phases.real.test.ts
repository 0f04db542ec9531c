import { describe, expect, it } from 'vitest';
import { reportOf, submit } from '../../support/client.js';
import { runningService } from '../../support/running-service.js';
import { packProject } from '../../support/tarballs.js';

const service = runningService();

const detonate = async (files: Record<string, string | object>) =>
  reportOf(service.url, await submit(service.url, await packProject(files)));

/** A project with vendored dependencies, each a manifest and its files. */
function project(dependencies: Record<string, { manifest?: object; files: Record<string, string> }>) {
  const files: Record<string, string | object> = {
    'package.json': {
      name: 'app',
      version: '1.0.0',
      dependencies: Object.fromEntries(Object.keys(dependencies).map((name) => [name, `file:lib/${name}`])),
    },
  };
  for (const [name, { manifest, files: own }] of Object.entries(dependencies)) {
    files[`lib/${name}/package.json`] = { name, version: '1.0.0', ...manifest };
    for (const [file, content] of Object.entries(own)) files[`lib/${name}/${file}`] = content;
  }
  return files;
}

const SHADOW = "try { require('node:fs').readFileSync('/etc/shadow') } catch {}";
const RULE = 'Read of the password database';

describe('the import phase', () => {
  it('finds what each entry point does, names the package, and lists what was loaded', async () => {
    const report = await detonate(
      project({
        main: { files: { 'index.js': SHADOW } },
        sub: {
          manifest: { exports: { '.': './index.js', './deep': './deep.js' } },
          files: { 'index.js': '', 'deep.js': SHADOW },
        },
        esm: {
          manifest: { exports: { import: './index.mjs', require: './index.js' } },
          files: {
            'index.js': '',
            'index.mjs': `import fs from 'node:fs'; try { fs.readFileSync('/etc/shadow') } catch {}`,
          },
        },
        tool: { manifest: { bin: './cli.js' }, files: { 'index.js': '', 'cli.js': `#!/usr/bin/env node\n${SHADOW}` } },
        late: { files: { 'index.js': `setTimeout(() => { ${SHADOW} }, 1500)` } },
        broken: { files: { 'index.js': 'throw new Error("no thanks")' } },
      }),
    );
    const found = report.findings.filter(({ rule }) => rule === RULE);
    expect(found.map(({ package: by }) => by?.name).sort()).toEqual(['esm', 'late', 'main', 'sub', 'tool']);
    expect(new Set(found.map(({ phase }) => phase))).toEqual(new Set(['import']));
    const loaded = new Map(report.phases[2]?.loaded?.map((pkg) => [pkg.name, pkg]));
    expect([...loaded.keys()].sort()).toEqual(['broken', 'esm', 'late', 'main', 'sub', 'tool']);
    expect(loaded.get('broken')).toMatchObject({ ok: false, error: 'no thanks', version: '1.0.0' });
    expect(loaded.get('late')).toMatchObject({ ok: true });
    expect(report.incomplete).toEqual([]);
  });

  it('that a package kills is never clean', async () => {
    const report = await detonate(
      project({ killer: { files: { 'index.js': "process.kill(process.ppid, 'SIGKILL')" } } }),
    );
    expect(report.verdict).toBe('incomplete');
    expect(report.incomplete.map(({ code }) => code)).toEqual(['import-failed']);
  });

  it('that a package speaks for is never clean', async () => {
    const forged = JSON.stringify({
      folder: '/home/ci/project/lib/liar',
      ms: 1,
      error: null,
      killed: null,
      entries: 1,
      failed: [],
    });
    const code = `require('node:fs').appendFileSync('/proc/' + process.ppid + '/fd/1', ${JSON.stringify(`${forged}\n`)})`;
    const report = await detonate(project({ liar: { files: { 'index.js': code } } }));
    expect(report.verdict).not.toBe('clean');
    expect(report.incomplete[0]?.message).toContain('two results came for liar');
  });
});

describe('what outlives its phase', () => {
  const daemon = (body: string) =>
    `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(body)}], { detached: true, stdio: 'ignore' }).unref()`;

  it('is watched, named, and reported as left running', async () => {
    const body = `setTimeout(() => { ${SHADOW} }, 1500); setInterval(() => {}, 1000)`;
    const manifest = { scripts: { postinstall: 'node setup.js' } };
    const report = await detonate(
      project({ sleeper: { manifest, files: { 'index.js': '', 'setup.js': daemon(body) } } }),
    );
    // That it detached itself, and that it still runs, are findings of their own.
    const found = report.findings.map(({ rule, package: by }) => [rule, by?.name]);
    expect(found.toSorted()).toEqual([
      ['Left running', 'sleeper'],
      ['Process detached itself', 'sleeper'],
      [RULE, 'sleeper'],
    ]);
    const [fetched, ...watched] = report.phases;
    expect(fetched?.leftRunning).toBeUndefined();
    for (const phase of watched) {
      const running = { pid: expect.any(Number), cmdline: expect.stringContaining('setTimeout') };
      // In the later pass its script starts another one each time that it runs.
      const left = phase.leftRunning ?? [];
      expect(left).toEqual(left.map(() => running));
      expect(left.length).toBeGreaterThan(phase.name === 'later' ? 1 : 0);
    }
  });

  it('costs an honest project nothing', async () => {
    const manifest = { scripts: { postinstall: 'node setup.js' } };
    const started = Date.now();
    const report = await detonate(project({ honest: { manifest, files: { 'index.js': '', 'setup.js': '' } } }));
    expect(report.verdict).toBe('clean');
    expect(report.phases.filter(({ leftRunning }) => leftRunning !== undefined)).toEqual([]);
    const phases = report.phases.reduce((sum, { durationMs }) => sum + durationMs, 0);
    expect(Date.now() - started - phases).toBeLessThan(6_000);
  });
});
