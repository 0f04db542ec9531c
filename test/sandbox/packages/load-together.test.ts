import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const OPT = fileURLToPath(new URL('../../../image/opt', import.meta.url));
const HONEST = Array.from({ length: 24 }, (_, index) => `honest-${String(index).padStart(2, '0')}`);

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'loads-'));
  cpSync(OPT, join(folder, 'opt'), { recursive: true });
  mkdirSync(join(folder, 'opt/at'));
  for (let at = 0; at < HONEST.length + 1; at += 1) writeFileSync(join(folder, 'opt/at', String(at)), '');
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Loads honest packages in one group with another one amid them; the names of those that came to their end. */
function loadedBeside(name: string, code: string): { readonly ended: readonly string[]; readonly log: string } {
  const names = [...HONEST.slice(0, 20), name, ...HONEST.slice(20)];
  const project = mkdtempSync(join(folder, 'project-'));
  const group = names.map((pkg) => {
    const place = join(project, 'node_modules', pkg);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, 'package.json'), JSON.stringify({ name: pkg, version: '1.0.0' }));
    writeFileSync(join(place, 'index.js'), pkg === name ? code : `console.error('loaded ${pkg}');`);
    return { folder: place };
  });
  const log = join(project, 'log');
  const loader = join(folder, 'opt/node/load-many.cjs');
  const together = join(folder, 'opt/load-together.mjs');
  const command = `exec node ${together} ${project} 5 0.2 60 node ${loader} 2>${log}`;
  const rows = execFileSync('sh', ['-c', command], { input: JSON.stringify([group]), encoding: 'utf8' });
  const ended = rows
    .trim()
    .split('\n')
    .map((row) => names[(JSON.parse(row) as { at: number }).at] ?? '');
  return { ended: ended.toSorted(), log: execFileSync('cat', [log], { encoding: 'utf8' }) };
}

describe('packages that are loaded together', () => {
  it.each([
    ['ends the process', 'process.exit(0);'],
    ['does not come to its end', 'for (;;);'],
    ['is ended by a signal', "process.kill(process.pid, 'SIGKILL');"],
  ])('come to their end without the one that %s', (_what, code) => {
    expect(loadedBeside('odd', code).ended).toEqual(HONEST);
  });

  it('do not lose a process to one that ends it later', () => {
    const { ended, log } = loadedBeside('odd', 'setTimeout(() => process.exit(0));');
    expect(ended).toEqual(expect.arrayContaining(HONEST.slice(0, 20)));
    expect(log.match(/loaded honest-00/g)).toHaveLength(1);
  });

  it('are halved until few are left with the one that kills the process later', () => {
    const { ended } = loadedBeside('odd', "setTimeout(() => process.kill(process.pid, 'SIGKILL'), 1);");
    expect(ended.length).toBeGreaterThanOrEqual(HONEST.length - 8);
  });
});
