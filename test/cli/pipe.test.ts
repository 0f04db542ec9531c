import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

it('a reader that has seen enough ends the command without a complaint', () => {
  const script = `'${process.execPath}' --import tsx '${MAIN}' rules fields 2>&1 | head -n 1; echo "\${PIPESTATUS[0]}"`;
  const said = execFileSync('bash', ['-c', script], { encoding: 'utf8' });
  expect(said).toMatch(/^syscall {2}evt\.time .*\n0\n$/);
});
