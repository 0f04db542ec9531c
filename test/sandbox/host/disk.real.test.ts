import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createSandbox } from '../../../src/sandbox/docker-sandbox.js';
import { createDisk } from '../../../src/sandbox/host/disk.js';
import { installed } from '../installed.js';
import { docker, projectRunning, sandboxOptions, withProject } from '../rig.js';

const MIB = 1024 * 1024;
const LIMITS = { cpus: 1, memoryBytes: 256 * MIB, homeBytes: 768 * MIB, tmpBytes: 16 * MIB, pids: 256 };
const isRoot = process.getuid?.() === 0;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'packwarden-disks-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const options = (more = {}) => sandboxOptions({ limits: LIMITS, diskFolder: folder, ...more });
const plan = () => ({ jobId: randomUUID(), ecosystem: 'npm', attempt: 1 }) as const;

/** No volume of the job, no file, and no device that holds the space of one. */
async function nothingLeft(jobId: string): Promise<void> {
  await vi.waitFor(
    async () => {
      const { Volumes } = await docker.listVolumes({ filters: { label: [`packwarden.job=${jobId}`] } });
      expect(Volumes ?? []).toEqual([]);
      expect(readdirSync(folder)).toEqual([]);
      expect(
        execFileSync('losetup', ['--list', '--noheadings', '--output', 'BACK-FILE'], { encoding: 'utf8' }),
      ).not.toContain(jobId);
    },
    { timeout: 10_000, interval: 100 },
  );
}

describe.runIf(isRoot)('HOME on a disk', () => {
  it('holds more than the memory, ends where its size does, and is gone with the sandbox', async () => {
    const script = [
      'head -c 400000000 /dev/zero > more-than-memory && echo written',
      // A file without a name takes room that nobody who walks the folders finds.
      `python3 -c "import os; f = open('nameless', 'wb'); os.unlink('nameless'); [f.write(bytes(1 << 20)) for _ in range(2000)]" || echo full`,
      'stat -f -c %T .; stat -c %U .',
    ].join('\n');
    const files = { ...projectRunning('bash ./try.sh'), 'try.sh': script };
    const container = await withProject(
      files,
      async (run) => {
        const { log } = await installed(run, 120_000);
        expect(log).toMatch(/^written$/m);
        expect(log).toContain('No space left on device');
        expect(log).toMatch(/^full$/m);
        expect(log).toMatch(/^ext2\/ext3\nci$/m);
        expect((await run.packages()).packages).toHaveLength(1);
        return docker.getContainer(run.containerId).inspect();
      },
      options(),
    );
    await nothingLeft(container.Config.Labels['packwarden.job'] ?? '');
  });

  it('of a worker that was killed is swept by the next one', async () => {
    const worker = options();
    const [started, halfMade] = [plan(), plan()];
    await createSandbox(worker).create(started);
    const labels = { 'packwarden.job': halfMade.jobId, 'packwarden.instance': worker.instance };
    await createDisk(docker, { folder, jobId: halfMade.jobId, labels, bytes: 64 * MIB });
    await createSandbox(worker).sweep();
    await nothingLeft(started.jobId);
    await nothingLeft(halfMade.jobId);
  });

  it('that does not fit on the host is reported as such, and leaves nothing behind', async () => {
    const job = plan();
    const limits = { ...LIMITS, homeBytes: 1024 ** 5 };
    await expect(createSandbox(options({ limits })).create(job)).rejects.toMatchObject({
      code: 'disk-failed',
      message: expect.stringContaining('fallocate'),
    });
    await nothingLeft(job.jobId);
  });
});
