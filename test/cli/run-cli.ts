import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inject } from 'vitest';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `packwarden …` as a process of its own, with no variables of this one but PATH and HOME. */
export class Cli {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  #stdout = '';
  stderr = '';

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}, cwd?: string) {
    const { PATH = '', HOME = '' } = process.env;
    this.child = spawn(process.execPath, [inject('cliMain'), ...args], { cwd, env: { PATH, HOME, ...env } });
    this.child.stdout?.on('data', (chunk: Buffer) => {
      this.#stdout += chunk.toString();
    });
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString();
    });
    this.ended = new Promise((resolve) =>
      this.child.once('close', (code) => resolve({ code, stdout: this.#stdout, stderr: this.stderr })),
    );
  }
}

/** A folder with these files; objects are written as JSON. */
export function folderOf(files: Readonly<Record<string, string | object>>): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'pw-cli-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
