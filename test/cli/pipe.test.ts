import { execFileSync } from 'node:child_process';
import { expect, inject, it } from 'vitest';

it('a reader that has seen enough ends the command without a complaint', () => {
  const script = `'${process.execPath}' '${inject('cliMain')}' rules fields 2>&1 | head -n 1; echo "\${PIPESTATUS[0]}"`;
  const said = execFileSync('bash', ['-c', script], { encoding: 'utf8' });
  expect(said).toMatch(/^syscall {2}evt\.time .*\n0\n$/);
});

it('a reader of the messages that has gone keeps nobody from the output', () => {
  // `rules fields` prints the count on standard error.
  const command = `'${process.execPath}' '${inject('cliMain')}' rules fields`;
  const script = `{ ${command} 2>&1 >&3 | true; echo "\${PIPESTATUS[0]}"; } 3>&1`;
  const said = execFileSync('bash', ['-c', script], { encoding: 'utf8' });
  expect(said).toMatch(/^syscall {2}evt\.time .*\n(.*\n)+0\n$/);
});
