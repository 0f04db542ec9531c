import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { allowScripts } from '../../../src/cli/reports/allow-scripts.js';
import { report } from '../../api/reports.js';
import { printed } from '../in-process.js';

const folder = mkdtempSync(join(tmpdir(), 'pw-allow-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

const decided = { ...report(), allowScripts: { recommended: ['good@1.0.0'], refused: ['evil@2.0.0'] } };
const ofYarn1 = { ...decided, manager: { name: 'yarn', version: '1.22.22', reason: '', leftOut: [] } };
const PNPM = 'allowBuilds:\n  good@1.0.0: true\n  evil: false\n';

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const run = (...argv: string[]) => printed(allowScripts, argv);

describe('packwarden allow-scripts', () => {
  it("writes the form of the report's own manager, or of the one that is named", async () => {
    const path = file('report.json', decided);
    const npm = await run(path);
    expect(npm.code).toBe(0);
    expect(JSON.parse(npm.out)).toEqual({ allowScripts: { 'good@1.0.0': true, evil: false } });
    expect((await run(path, '--for', 'pnpm')).out).toBe(PNPM);
  });

  it('says what another file must hold, beside the one that standard output is for', async () => {
    const { out, err } = await run(file('yarn.json', decided), '--for', 'yarn');
    expect(JSON.parse(out)).toMatchObject({ dependenciesMeta: { 'good@1.0.0': { built: true } } });
    expect(err).toContain(
      'for .yarnrc.yml, because yarn below 4.14 runs every script that is not named:\nenableScripts: false\n',
    );
  });

  it('reads a report from its address', async () => {
    const server = createServer((_request, response) => response.end(JSON.stringify(decided))).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      expect((await run(`http://127.0.0.1:${port}/v1/jobs/x`, '--for', 'pnpm')).out).toBe(PNPM);
    } finally {
      server.close();
    }
  });

  it('refuses a script that nobody needs, and says why', async () => {
    const unneeded = { ...decided, allowScripts: { recommended: [], refused: [], unneeded: ['banner@1.0.0'] } };
    const { code, out, err } = await run(file('unneeded.json', unneeded));
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({ allowScripts: { banner: false } });
    expect(err).toContain('banner@1.0.0 needs no script: it can be loaded without');
  });

  it('says why a package is neither allowed nor refused', async () => {
    const odd = {
      ...{ name: 'odd', version: '1.0.0', scripts: ['install'], ran: true, commands: [], findings: 0 },
      notRecommended: 'it comes from a git repository, not from the registry',
    };
    const { out, err } = await run(file('odd.json', { ...decided, packages: [odd] }));
    expect(out).not.toContain('odd');
    expect(err).toContain('odd@1.0.0 is not recommended: it comes from a git repository, not from the registry\n');
  });

  it('ends with 1 when there is nothing to decide', async () => {
    expect((await run(file('empty.json', report()))).code).toBe(1);
  });

  it.each<[string, string[], RegExp]>([
    ['no report', [], /expected one REPORT/],
    ['a file that is not there', [join(folder, 'none.json')], /ENOENT/],
    ['no JSON', [file('no.json', 'hello')], /not a complete report/],
    ['a job that still runs', [file('running.json', { id: 'x', status: 'installing' })], /not a complete report/],
    ['a manager that has no such form', [file('r.json', decided), '--for', 'bundler'], /bundler: unknown format/],
    [
      'a report of yarn 1, which runs every script',
      [file('y.json', ofYarn1)],
      /yarn 1\.\S+: unknown format; choose one of npm, /,
    ],
  ])('refuses %s', async (_case, argv, message) => {
    await expect(run(...argv)).rejects.toMatchObject({ code: 'usage', message: expect.stringMatching(message) });
  });
});
