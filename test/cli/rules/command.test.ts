import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runRules } from '../../../src/cli/rules/command.js';
import { ruleText } from '../../rules/support.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'packwarden-cli-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

async function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: '', err: '' };
  const to = (stream: 'out' | 'err') => (text: string) => {
    said[stream] += text;
  };
  const code = await runRules(argv, { out: to('out'), err: to('err') });
  return { code, ...said };
}

const GOOD = ruleText('Good', 'evt.type = open and fd.name = /etc/shadow', {
  output: 'read %fd.name',
  tags: ['t'],
  priority: 'CRITICAL',
});

describe('packwarden rules', () => {
  it('lint: 0 without errors, 1 with one; the place is underlined', async () => {
    const good = await file('good.yaml', GOOD);
    expect(await run('lint', good)).toEqual({ code: 0, out: '', err: '0 errors, 0 warnings\n' });
    const bad = await file(
      'bad.yaml',
      '- rule: R\n  desc: d\n  condition: evt.type = opne\n  output: o\n  priority: INFO\n',
    );
    const found = await run('lint', good, bad);
    expect(found.code).toBe(1);
    expect(found.out).toContain(`${bad}:3:25: error LOAD_ERR_COMPILE_CONDITION: unknown event type opne (rule 'R')\n`);
    expect(found.out).toContain('    3 |   condition: evt.type = opne\n      |                         ^^^^\n');
  });

  it('lint --format json', async () => {
    const bad = await file(
      'bad.yaml',
      '- rule: R\n  desc: d\n  condition: evt.type = opne\n  output: o\n  priority: INFO\n',
    );
    const { code, out } = await run('lint', bad, '--format', 'json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual([
      {
        severity: 'error',
        code: 'LOAD_ERR_COMPILE_CONDITION',
        message: 'unknown event type opne',
        item: { kind: 'rule', name: 'R' },
        file: bad,
        line: 3,
        column: 25,
        length: 4,
      },
    ]);
  });

  it('lint does not let a file write to the terminal', async () => {
    const evil = await file('evil.yaml', ruleText('R', 'evt.type = open').replace('INFO', 'IN\u001b[2JFO'));
    const { out } = await run('lint', evil);
    expect(out).not.toContain('\u001b');
  });

  it('list: by tag and priority', async () => {
    await file('rules.yaml', GOOD + ruleText('Other', 'evt.type = open', { priority: 'DEBUG', enabled: false }));
    expect((await run('list', folder)).out).toBe('CRITICAL       Good   t\nDEBUG     off  Other\n');
    expect((await run('list', folder, '--tag', 't')).out).toBe('CRITICAL    Good  t\n');
    expect((await run('list', folder, '--priority', 'error')).err).toBe('1 of 2 rules\n');
    await expect(run('list', folder, '--priority', 'urgent')).rejects.toThrow("not 'urgent'");
  });

  it('list and show: our own rules when no file is named', async () => {
    expect((await run('list', '--priority', 'critical')).out).toContain('Contact with the cloud metadata service');
    expect((await run('show', 'Packwarden canary')).out).toContain('evt.type in (execve, execveat)');
  });

  it('show: macros and lists resolved', async () => {
    const path = await file(
      'r.yaml',
      `- {list: l, items: [sh, bash]}\n- {macro: m, condition: proc.name in (l)}\n${ruleText('R', 'evt.type = execve and m')}`,
    );
    const { code, out } = await run('show', 'R', path);
    expect(code).toBe(0);
    expect(out).toContain('condition:\nevt.type = execve and proc.name in (sh, bash)\n');
    expect(await run('show', 'S', path)).toMatchObject({ code: 1, err: "unknown rule 'S'\n" });
  });

  it('test: what holds for recorded events', async () => {
    const rules = await file('r.yaml', GOOD);
    const events = await file(
      'e.jsonl',
      '{"evt.type":"open","fd.name":"/etc/shadow","evt.time.iso8601":1795226320060556838}\n\n{"evt.type":"open","fd.name":"/etc/hosts"}\n',
    );
    expect(await run('test', rules, '--events', events)).toEqual({
      code: 0,
      out: '1: Good\n    2026-11-21T01:58:40.060556838+0000: Critical read /etc/shadow\n',
      err: '2 events, 1 matches, 1 rules\n',
    });
    expect((await run('test', rules, '--events', events, '-T', 't')).err).toBe('2 events, 0 matches, 0 rules\n');
    const { out } = await run('test', rules, '--events', events, '--format', 'json');
    expect(JSON.parse(out)).toMatchObject({ line: 1, rule: 'Good', output_fields: { 'fd.name': '/etc/shadow' } });
  });

  it('test names the line that is no event', async () => {
    const rules = await file('r.yaml', GOOD);
    const events = await file('e.jsonl', '{}\nnonsense\n');
    await expect(run('test', rules, '--events', events)).rejects.toThrow(`${events}:2: `);
  });

  it('fields', async () => {
    const { code, out } = await run('fields', 'fd.name', '--format', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toContainEqual(
      expect.objectContaining({ name: 'fd.name', type: 'string', argument: 'none' }),
    );
  });

  it.each([
    [['lint']],
    [['nonsense']],
    [['show']],
    [['test', 'x']],
    [['test', '--events', 'x', '--matching', 'some']],
    [['test', '--events', 'x', '--minimum-priority', 'urgent']],
    [['list', 'x', '--nonsense']],
  ])('%j is wrong usage', async (argv) => {
    await expect(run(...argv)).rejects.toMatchObject({ code: 'usage' });
  });

  it('explains itself', async () => {
    expect(await run('--help')).toMatchObject({ code: 0, out: expect.stringContaining('lint FILE') });
    expect((await run()).code).toBe(2);
  });
});
