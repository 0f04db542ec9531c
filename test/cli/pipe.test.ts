import { execFileSync } from 'node:child_process';
import { expect, inject, it } from 'vitest';

it('a reader that has seen enough ends the command without a complaint', () => {
  const script = `'${process.execPath}' '${inject('cliMain')}' rules fields 2>&1 | head -n 1; echo "\${PIPESTATUS[0]}"`;
  const said = execFileSync('bash', ['-c', script], { encoding: 'utf8' });
  expect(said).toMatch(/^syscall {2}evt\.time .*\n0\n$/);
});
