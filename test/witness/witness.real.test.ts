import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { watchDecoys } from '../../src/witness/witness.js';
import { type TestSandbox, testSandbox, touched } from './rig.js';

const PROGRAM = fileURLToPath(new URL('../../build/witness/packwarden-witness', import.meta.url));
const MIB = 1024 * 1024;

/** Ways to read a file by another name than its own, or by other calls than a read; `key` is the decoy's path. */
const READS: readonly (readonly [way: string, script: string])[] = [
  ['after its folder was renamed', 'os.rename(folder, "other"); open(f"other/{base}").read()'],
  ['by its own name', 'open(key).read()'],
  ['through a hard link', 'os.link(key, "link"); open("link").read()'],
  ['after a rename', 'os.rename(key, "renamed"); open("renamed").read()'],
  ['through a symbolic link', 'os.symlink(key, "symlink"); open("symlink").read()'],
  ['through O_PATH and /proc/self/fd', 'fd = os.open(key, os.O_PATH); open(f"/proc/self/fd/{fd}").read()'],
  ['through /proc/PID/root', 'open(f"/proc/{os.getpid()}/root{key}").read()'],
  ['relative to its folder', 'os.read(os.open(base, 0, dir_fd=os.open(folder, 0)), 9)'],
  ['by mmap', 'fd = os.open(key, 0); mmap.mmap(fd, 0, prot=mmap.PROT_READ)[:9]'],
  ['by mmap of a descriptor that is closed', 'm = mmap.mmap(os.open(key, 0), 0, prot=mmap.PROT_READ); m[:9]'],
  ['by copy_file_range', 'os.copy_file_range(os.open(key, 0), os.open("copy", os.O_CREAT | os.O_WRONLY), 99)'],
  ['by sendfile', 'os.sendfile(os.open("sent", os.O_CREAT | os.O_WRONLY), os.open(key, 0), 0, 99)'],
  ['by a child that inherits it', 'fd = os.open(key, 0); os.fork() or os._exit(len(os.read(fd, 0))); os.wait()'],
  ['by one that opens it for writing, too', 'os.read(os.open(key, os.O_RDWR), 9)'],
  ['by one that may have mapped it', 'os.close(os.open(key, 0))'],
];

/** A script about one file. */
function about(key: string, script: string): string {
  const names = `key = ${JSON.stringify(key)}\nfolder, base = os.path.split(key)\n`;
  return `import mmap, os\n${names}${script}`;
}

describe.runIf(process.getuid?.() === 0)('the witness', () => {
  let sandbox: TestSandbox;
  let decoys: readonly string[];
  beforeAll(async () => {
    sandbox = await testSandbox();
    // The first one's folder is renamed: no other decoy may stand there.
    decoys = sandbox.decoys.filter((path) => !path.endsWith('/id_ed25519'));
  });
  afterAll(() => sandbox.destroy());

  const rows = READS.map(([way, script], index) => ({ way, script, index }));
  it.each(rows)('names the decoy that is read $way, and no other', async ({ script, index }) => {
    const [key = ''] = decoys.slice(index);
    const watch = await sandbox.watch(decoys.slice(index, READS.length + 1));
    await sandbox.python(about(key, script));
    const witnessed = await watch.end();
    expect(witnessed).toMatchObject({ unavailable: null, lost: null });
    expect(touched(witnessed)).toEqual({ [key]: 'read' });
  });

  it('takes who writes, who looks for it and who lists its folder for no reader', async () => {
    const key = decoys.at(-1) ?? '';
    const watch = await sandbox.watch([key]);
    const script = 'os.stat(key); os.listdir(folder); os.access(key, os.R_OK); os.open(key, os.O_PATH)';
    await sandbox.python(about(key, `${script}; open(key, "a").write("x"); os.utime(key); os.unlink(key)`));
    expect(touched(await watch.end())).toEqual({ [key]: 'opened' });
  });

  it('that is ended by somebody else has missed something', async () => {
    const watch = await sandbox.watch(decoys.slice(READS.length + 1, -1));
    const child = execFileSync('pgrep', ['-P', String(process.pid), '-x', 'packwarden-witn'], { encoding: 'utf8' });
    process.kill(Number(child), 'SIGKILL');
    await vi.waitFor(() => expect(() => process.kill(Number(child), 0)).toThrow());
    expect(await watch.end()).toMatchObject({ unavailable: null, lost: 'the witness ended: signal SIGKILL', seen: [] });
  });

  it('that may not watch says so', async () => {
    const child = spawn('setpriv', ['--bounding-set=-sys_admin', PROGRAM, String(sandbox.hostPid), ...decoys]);
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    await once(child, 'close');
    expect(said).toBe('witness: fanotify: Operation not permitted\n');
  });

  it('follows no link, and says what it can not watch', async () => {
    const watch = watchDecoys(process.pid, ['/proc/self/exe']);
    await watch.ready;
    expect((await watch.end()).unavailable).toMatch(/\/proc\/self\/exe: Too many levels of symbolic links/);
  });
});

describe.runIf(process.getuid?.() === 0)('the witness of a sandbox of its own', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'packwarden-witness-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('knows every decoy and who opened it, where HOME is on a disk, and ends after the sandbox has', async () => {
    const limits = { cpus: 1, memoryBytes: 256 * MIB, homeBytes: 64 * MIB, tmpBytes: 16 * MIB, pids: 256 };
    const { decoys, watch, python, destroy } = await testSandbox({ limits, diskFolder: folder });
    const watching = await watch(decoys);
    try {
      const reads = decoys.map((path) => `open(${JSON.stringify(path)}, "rb").read()`);
      await python([...reads, 'import time; time.sleep(0.2)'].join('\n'));
    } finally {
      await destroy();
    }
    const witnessed = await watching.end();
    expect(touched(witnessed)).toEqual(Object.fromEntries(decoys.map((path) => [path, 'read'])));
    expect(witnessed.seen[0]).toMatchObject({ comm: 'python3', exe: expect.stringMatching(/python3/), outside: false });
    expect(new Set(witnessed.seen.map(({ pid }) => pid)).size).toBe(1);
  });

  it('says when more happened than the kernel keeps for it, and ends with the worker', async () => {
    const { hostPid, decoys, python, destroy } = await testSandbox();
    try {
      const { child, lines } = await watching(hostPid, decoys);
      child.kill('SIGSTOP');
      // The queue has 16,384 places, and one process takes one for each decoy.
      const processes = Math.ceil(17_000 / decoys.length);
      await python(`import os
for _ in range(${processes}):
  if os.fork() == 0:
    for path in ${JSON.stringify(decoys)}: os.close(os.open(path, 0))
    os._exit(0)
  os.wait()`);
      child.kill('SIGCONT');
      // A signal to the whole process group is not for it.
      child.kill('SIGTERM');
      child.stdin?.destroy();
      await once(child, 'close');
      expect(child.exitCode).toBe(0);
      expect(lines.join('')).toContain('{"lost":');
    } finally {
      await destroy();
    }
  });
});

/** The program itself, watching. */
async function watching(hostPid: number, decoys: readonly string[]): Promise<{ child: ChildProcess; lines: string[] }> {
  const child = spawn(PROGRAM, [String(hostPid), ...decoys], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => lines.push(chunk.toString()));
  await once(child.stdout, 'data');
  return { child, lines };
}
