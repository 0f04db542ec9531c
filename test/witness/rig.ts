import { randomUUID } from 'node:crypto';
import { createSandbox } from '../../src/sandbox/docker-sandbox.js';
import type { SandboxOptions } from '../../src/sandbox/options.js';
import type { Seen, Witnessed } from '../../src/witness/seen.js';
import { type DecoyWatch, watchDecoys } from '../../src/witness/witness.js';
import { docker, sandboxOptions } from '../sandbox/rig.js';

/** A sandbox in which a test runs programs as a package would. */
export interface TestSandbox {
  readonly hostPid: number;
  readonly decoys: readonly string[];
  /** Starts watching these decoys. */
  watch(paths: readonly string[]): Promise<DecoyWatch>;
  /** Runs a script of Python as the project's user. */
  python(script: string): Promise<void>;
  destroy(): Promise<void>;
}

export async function testSandbox(more: Partial<SandboxOptions> = {}): Promise<TestSandbox> {
  const run = await createSandbox(sandboxOptions(more)).create({ jobId: randomUUID(), ecosystem: 'npm', attempt: 1 });
  const decoys = run.decoys.map(({ path }) => path);
  const hostPid = await run.hostPid();
  const container = docker.getContainer(run.containerId);
  return {
    hostPid,
    decoys,
    async watch(paths) {
      const watch = watchDecoys(hostPid, paths);
      await watch.ready;
      return watch;
    },
    async python(script) {
      const Cmd = ['python3', '-c', script];
      const exec = await container.exec({ Cmd, User: '1000:1000', WorkingDir: '/home/ci', AttachStderr: true });
      const stream = await exec.start({});
      let said = '';
      stream.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
      await new Promise((resolve) => stream.once('end', resolve));
      const { ExitCode } = await exec.inspect();
      if (ExitCode !== 0) throw new Error(`the script failed (${ExitCode}): ${said}`);
    },
    destroy: () => run.destroy(),
  };
}

/** The decoys that were opened, and whether they were read. */
export function touched({ seen }: Witnessed): Readonly<Record<string, 'opened' | 'read'>> {
  const read = (path: string): boolean => seen.some((event) => event.path === path && event.read);
  const opened = seen.filter(isOpening).map(({ path }) => [path, read(path) ? 'read' : 'opened'] as const);
  return Object.fromEntries(opened);
}

const isOpening = ({ opened }: Seen): boolean => opened;
