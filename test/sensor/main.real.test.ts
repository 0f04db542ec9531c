import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildProbe, ROOT, ruleFile } from './harness.js';

const run = promisify(execFile);

const RULES = '- rule: R\n  desc: d\n  condition: evt.type = execve\n  output: x\n  priority: DEBUG\n';

describe('the sensor as a process', () => {
  let folder: string;
  let rules: string;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    await buildProbe();
    folder = await mkdtemp(join(tmpdir(), 'packwarden-main-'));
    rules = await ruleFile(folder, RULES);
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  function start(...args: string[]): ChildProcess {
    const child = spawn(process.execPath, ['--import', 'tsx', 'src/sensor/main.ts', ...args], { cwd: ROOT });
    children.push(child);
    return child;
  }

  async function ready() {
    const socket = join(folder, 's.sock');
    const child = start('--socket', socket, '--rules', rules, rules);
    const [line] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
    return { child, socket, said: JSON.parse(line.toString()) as { ready: boolean; rules: number; probePid: number } };
  }

  const alive = (pid: number) => existsSync(`/proc/${pid}`);

  it('says in one line that it is ready, and ends with 0 on SIGTERM, with its probe and its socket', async () => {
    const { child, socket, said } = await ready();
    expect(said).toMatchObject({ ready: true, socket });
    expect(said.rules).toBe(1);
    expect(existsSync(socket)).toBe(true);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(alive(said.probePid)).toBe(false);
    expect(existsSync(socket)).toBe(false);
  });

  it.each(['a change of the file', 'SIGHUP'])('reports whether the rules were reloaded after %s', async (how) => {
    const { child } = await ready();
    const lines: string[] = [];
    child.stdout?.on('data', (chunk: Buffer) => lines.push(...chunk.toString().trim().split('\n')));
    const change = async (text: string) => {
      await writeFile(rules, text);
      if (how === 'SIGHUP') child.kill('SIGHUP');
    };
    try {
      await change(`${RULES}${RULES.replace('rule: R', 'rule: S')}`);
      await expect
        .poll(() => lines.map((line) => JSON.parse(line)), { timeout: 10_000 })
        .toContainEqual({ reloaded: true, rules: 2 });
      await change('- rule: [');
      const refused = { reloaded: false, rules: 2, error: expect.stringContaining(rules) };
      await expect.poll(() => lines.map((line) => JSON.parse(line)), { timeout: 10_000 }).toContainEqual(refused);
    } finally {
      await writeFile(rules, RULES);
    }
  });

  it('ends when its parent process is gone', async () => {
    const { child, said } = await ready();
    child.stdin?.end();
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(alive(said.probePid)).toBe(false);
  });

  it('ends with 1 at once when its probe is killed', async () => {
    const { child, said } = await ready();
    process.kill(said.probePid, 'SIGKILL');
    expect(await once(child, 'exit')).toEqual([1, null]);
  });

  it('takes its probe along when it is killed itself', async () => {
    const { child, said } = await ready();
    child.kill('SIGKILL');
    await once(child, 'exit');
    await expect.poll(() => alive(said.probePid), { timeout: 10_000 }).toBe(false);
  });

  it('stops cleanly on a signal to the whole process group', async () => {
    const { child, said } = await ready();
    process.kill(said.probePid, 'SIGTERM');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it.each([
    ['no rules', ['--socket', '/tmp/x.sock']],
    ['a relative socket', ['--socket', 'x.sock', '--rules', '/dev/null']],
    ['an unknown option', ['--nonsense']],
  ])('refuses %s with exit code 1 and a message', async (_what, args) => {
    const failure = await run(process.execPath, ['--import', 'tsx', 'src/sensor/main.ts', ...args], {
      cwd: ROOT,
    }).catch((error: { code: number; stderr: string }) => error);
    expect(failure).toMatchObject({ code: 1 });
    expect((failure as { stderr: string }).stderr).toContain('sensor stopped');
  });

  it('rejects invalid rules and names the position of the error', async () => {
    const broken = join(folder, 'broken.yaml');
    await writeFile(broken, '- rule: X\n  desc: d\n  condition: evt.type = and\n  output: x\n  priority: DEBUG\n');
    const failure = await run(
      process.execPath,
      ['--import', 'tsx', 'src/sensor/main.ts', '--socket', join(folder, 'b.sock'), '--rules', broken],
      { cwd: ROOT },
    ).catch((error: { stderr: string }) => error);
    expect((failure as { stderr: string }).stderr).toContain('broken.yaml:3:');
  });
});
