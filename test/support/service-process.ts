import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/**
 * Waits for a condition with a deadline; the value it gave is the result. The longer it waits the less often it looks: a hundred
 * tests that wait for their jobs took a third of the processor's time from the service.
 */
export async function eventually<T>(
  what: string,
  ms: number,
  probe: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const started = Date.now();
  for (;;) {
    const value = await probe();
    if (value !== undefined) return value;
    const waited = Date.now() - started;
    if (waited > ms) throw new Error(`${what}: not within ${ms / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, Math.min(1000, Math.max(50, waited / 20))));
  }
}

/** A folder that is short enough for unix sockets, and gone after the test. */
export function dataFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'pw-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** The service as its users run it: a process of its own, on a port of its own. */
export class ServiceProcess {
  #output = '';
  /** Where it listens; empty for a worker. */
  url = '';

  private constructor(
    readonly child: ChildProcess,
    readonly role: string,
  ) {
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#output = (this.#output + chunk.toString()).slice(-200_000);
      this.url ||= /Packwarden listens on (\S+)/.exec(this.#output)?.[1] ?? '';
    });
  }

  /** Starts `packwarden serve`; resolves when it listens (or, for a worker, has connected its alert source). */
  static async start(env: Record<string, string>, role = 'all', main = MAIN): Promise<ServiceProcess> {
    // Ends with this process, however that ends: an interrupted run must leave no service behind.
    const child = spawn('setpriv', ['--pdeathsig', 'TERM', process.execPath, main, 'serve', '--role', role], {
      env: { ...process.env, PACKWARDEN_PORT: '0', ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const service = new ServiceProcess(child, role);
    await eventually('the service is up', 60_000, () => {
      if (child.exitCode !== null) throw new Error(`the service ended: ${service.output.slice(-2_000)}`);
      const up = role === 'worker' ? service.output.includes('alert source connected') : service.url !== '';
      return up || undefined;
    });
    return service;
  }

  /** What it logged. */
  get output(): string {
    return this.#output;
  }

  /** Waits until `/readyz` says 200. */
  async ready(): Promise<void> {
    await eventually(`ready (${this.#output.slice(-1_000)})`, 60_000, async () => {
      const response = await fetch(`${this.url}/readyz`);
      return response.ok || undefined;
    });
  }

  /** Process ids of the children whose command line holds `text`. */
  async childPids(text: string): Promise<readonly number[]> {
    const { execFileSync } = await import('node:child_process');
    const rows = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n');
    const parsed = rows.map((row) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(row)).filter((row) => row !== null);
    return parsed
      .filter((row) => Number(row[2]) === this.child.pid && row[3]?.includes(text))
      .map((row) => Number(row[1]));
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill(signal);
    await ended;
  }
}
