import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import Docker from 'dockerode';
import { pino } from 'pino';
import { expect } from 'vitest';
import { rewritten } from '../../src/blobs/rewrite.js';
import type { InstalledPackage } from '../../src/ecosystems/installed-package.js';
import type { Ecosystem } from '../../src/jobs/job.js';
import type { SandboxRun } from '../../src/jobs/ports.js';
import { imageTags } from '../../src/sandbox/container/image-tag.js';
import { createSandbox } from '../../src/sandbox/docker-sandbox.js';
import type { SandboxOptions } from '../../src/sandbox/options.js';
import { type Files, tarball } from './tarball.js';

/** The engine itself, to look at what the sandbox made of it. */
export const docker = new Docker();

const MIB = 1024 * 1024;
export const HOME_BYTES = 512 * MIB;
const caFile = process.env.NODE_EXTRA_CA_CERTS;

/** A test's own worker: what it leaves behind is recognised by its instance. */
export function sandboxOptions(more: Partial<SandboxOptions> = {}): SandboxOptions {
  return {
    instance: `test-${randomUUID()}`,
    images: imageTags(),
    egress: { mode: 'registry' },
    registry: 'https://registry.npmjs.org/',
    ...(caFile === undefined ? {} : { extraCa: readFileSync(caFile, 'utf8') }),
    // A machine that runs tests beside others keeps a processor for them.
    limits: { cpus: 1, memoryBytes: 1536 * MIB, homeBytes: HOME_BYTES, tmpBytes: 64 * MIB, pids: 256 },
    clock: Date,
    randomBytes,
    log: pino({ level: 'silent' }),
    ...more,
  };
}

/** Runs `use` in a sandbox into which a project was unpacked, and removes the sandbox. */
export async function withProject<T>(
  files: Files,
  use: (run: SandboxRun) => Promise<T>,
  more: Partial<SandboxOptions> = {},
  ecosystem: Ecosystem = 'npm',
): Promise<T> {
  const run = await createSandbox(sandboxOptions(more)).create({ jobId: randomUUID(), ecosystem, attempt: 1 });
  try {
    await run.unpack(rewritten(await tarball(files)));
    return await use(run);
  } finally {
    await run.destroy();
  }
}

/** Without a way out: fetches a project, which must succeed, and lists what came of it for `use`. */
export function withFetched<T>(
  ecosystem: Ecosystem,
  files: Files,
  use: (run: SandboxRun, packages: readonly InstalledPackage[]) => Promise<T>,
): Promise<T> {
  const fetchFirst = async (run: SandboxRun): Promise<T> => {
    const fetched = await run.fetch(120_000);
    expect(fetched, fetched.log).toMatchObject({ exitCode: 0 });
    return use(run, (await run.packages()).packages);
  };
  return withProject(files, fetchFirst, { egress: { mode: 'none' } }, ecosystem);
}

/** A project whose own `postinstall` is this shell command. */
export function projectRunning(command: string): Files {
  return { 'package.json': { name: 'project', version: '1.0.0', scripts: { postinstall: command } } };
}
