import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';

const bench = (...args: readonly string[]) => spawnSync('bash', ['scripts/bench', ...args], { encoding: 'utf8' });

it('--help lists every bench and nothing else, each with what it measures', () => {
  const { status, stdout } = bench('--help');
  expect(status).toBe(0);
  const [first, ...rows] = stdout.trimEnd().split('\n');
  expect(first).toMatch(/^usage: /);
  const files = readdirSync('bench').filter((name) => name.endsWith('.ts'));
  expect(rows.map((row) => `${row.trim().split(' ')[0]}.ts`)).toEqual(files.sort());
  for (const row of rows) expect(row).toMatch(/^ {2}[a-z]+ +[A-Z].{30,}\.$/);
});

it.each(['median', 'parts/median', ''])("'%s' is no bench: the list, and 2", (name) => {
  const { status, stderr } = bench(name);
  expect([status, stderr]).toEqual([2, expect.stringContaining('overhead')]);
});
