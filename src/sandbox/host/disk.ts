import { execFile } from 'node:child_process';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type Docker from 'dockerode';
import { messageOf } from '../../errors/message.js';
import { inTime, made } from '../container/docker-call.js';
import { nameOf } from '../container/identity.js';
import { SandboxError } from '../errors.js';

const run = promisify(execFile);

const SUFFIX = '.img';
/** The uid of the project's user, relative to the start of a user namespace (`identity.ts`). */
const CI_ID = 1000;
/** Deadline for the host's programs that create the file system, in milliseconds. */
const TOOL_MS = 60_000;

/** Parameters of a job's disk. */
export interface DiskPlan {
  /** On the host; created if missing. */
  readonly folder: string;
  readonly jobId: string;
  readonly labels: Record<string, string>;
  readonly bytes: number;
}

/**
 * Creates a volume with a file system of its own, in a preallocated file. Its quota is enforced by the kernel, even for unlinked files,
 * which could not be measured from outside. Resolves with the volume's name.
 *
 * @throws SandboxError `disk-failed` if there is no space, no loop device, or no permission to use them
 */
export async function createDisk(docker: Docker, { folder, jobId, labels, bytes }: DiskPlan): Promise<string> {
  const file = fileOf(folder, jobId);
  const owner = await projectUser(docker);
  let device: string;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await tool('fallocate', '-l', String(bytes), file);
    const throwAway = ['-q', '-F', '-m', '0', '-i', '8192', '-O', '^has_journal'];
    await tool('mkfs.ext4', ...throwAway, '-E', `root_owner=${owner},nodiscard`, file);
    device = (await tool('losetup', '--find', '--show', file)).trim();
  } catch (cause) {
    const reason = messageOf(cause).trim();
    throw new SandboxError('disk-failed', `no disk of ${bytes} bytes could be made: ${reason}`, { cause });
  }
  const name = nameOf(jobId);
  // Without `noinit_itable` the kernel would write the whole inode table, some percent of the size, for no benefit.
  const options = { type: 'ext4', device, o: 'nosuid,nodev,noatime,noinit_itable' };
  const volume = { Name: name, Driver: 'local', Labels: labels, DriverOpts: options };
  const making = docker.createVolume(volume);
  await made('making a volume', making, () => docker.getVolume(name).remove());
  return name;
}

/**
 * Marks a job's disk for removal: device and file disappear when it is unmounted, i.e. with the container, even if this process is gone by
 * then. If it is not mounted they are removed now. Not an error if there is no disk.
 */
export async function releaseDisk(folder: string, jobId: string): Promise<void> {
  const file = fileOf(folder, jobId);
  const devices = await tool('losetup', '--noheadings', '--output', 'NAME', '--associated', file).catch(() => '');
  for (const device of devices.split('\n').filter((line) => line !== '')) await tool('losetup', '--detach', device);
  await rm(file, { force: true });
}

/** Releases the disks whose files were left by a worker that was killed. */
export async function releaseLeftDisks(folder: string, isLeftover: (jobId: string) => boolean): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const jobs = names.filter((name) => name.endsWith(SUFFIX)).map((name) => name.slice(0, -SUFFIX.length));
  for (const job of jobs) if (isLeftover(job)) await releaseDisk(folder, job);
}

function fileOf(folder: string, jobId: string): string {
  return join(folder, `${jobId}${SUFFIX}`);
}

/** `uid:gid` on the host. An engine with user namespaces has the offset in the name of its root folder (dockerd, userns-remap). */
async function projectUser(docker: Docker): Promise<string> {
  const { DockerRootDir } = (await inTime('asking for the engine', docker.info())) as { DockerRootDir?: unknown };
  const [, uid = '0', gid = '0'] = /\/(\d+)\.(\d+)$/.exec(String(DockerRootDir)) ?? [];
  return `${Number(uid) + CI_ID}:${Number(gid) + CI_ID}`;
}

async function tool(program: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await run(program, [...args], { timeout: TOOL_MS });
  return stdout;
}
