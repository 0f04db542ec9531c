import { vi } from 'vitest';
import type { Command } from '../../src/cli/frame/usage.js';

/** Runs a command in this process and keeps what it prints; the test restores the mocks. */
export async function printed(
  command: Command,
  argv: string[],
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      texts[name] += String(text);
      return true;
    });
  }
  const code = await command.run(argv);
  return { code, out: texts.stdout, err: texts.stderr };
}
