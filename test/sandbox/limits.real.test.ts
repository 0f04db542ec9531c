import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { PROJECT } from '../../src/ecosystems/places.js';
import type { SandboxRun } from '../../src/jobs/ports.js';
import { installed } from './installed.js';
import { docker, HOME_BYTES, projectRunning, withProject } from './rig.js';

/** A fork bomb's processes are hundreds; where it was ended with its container, there is nothing to list. */
const ENDED_MS = 10_000;

/** Names of what runs in the container, the keeper's processes left out. */
async function running(run: SandboxRun): Promise<string[]> {
  const { Processes } = (await docker.getContainer(run.containerId).top({ ps_args: '-eo uid,pid,args' })) as {
    Processes: string[][];
  };
  const lines = Processes.filter(([uid]) => uid === '1000').map((process) => process.slice(2).join(' '));
  // A killed process that nobody has waited for yet runs no more.
  return lines.filter((line) => !line.includes('<defunct>'));
}

/** Waits until nothing of the project's user runs: SIGKILL is delivered at once, but a process takes a moment to exit. */
async function nothingRuns(run: SandboxRun): Promise<void> {
  await vi.waitFor(async () => expect(await running(run).catch(() => [])).toEqual([]), {
    timeout: ENDED_MS,
    interval: 50,
  });
}

describe('a container', () => {
  it('has no privileges, no way to write outside its tmpfs, and its processes no power over its keeper', async () => {
    const script = [
      'grep -E "^(CapEff|CapPrm|CapBnd|NoNewPrivs|Seccomp):" /proc/self/status',
      'id -u',
      'touch /etc/x /opt/x /var/tmp/x 2>&1 | grep -c Read-only',
      'kill -9 1; kill -9 -1 & wait; echo survived',
    ];
    await withProject(projectRunning(script.join('; ')), async (run) => {
      const { log } = await installed(run, 60_000);
      expect(log).toMatch(/CapPrm:\s+0{16}\n/);
      expect(log).toMatch(/CapEff:\s+0{16}\n/);
      expect(log).toMatch(/CapBnd:\s+0{16}\n/);
      expect(log).toMatch(/NoNewPrivs:\s+1\n/);
      expect(log).toMatch(/Seccomp:\s+2\n/);
      expect(log).toMatch(/^1000$/m);
      expect(log).toMatch(/^3$/m);
      await run.canary('ci-check:alive');
    });
  });

  it('sees none of the host: no mounts of it, no Docker socket, no other network', async () => {
    // A kernel with tunnels gives each network some that are down (`tunl0`), and stay so without the right to raise them.
    const script = `ls /var/run/docker.sock; cut -d" " -f5 /proc/self/mountinfo
      for each in /sys/class/net/*; do [ $(($(cat $each/flags) & 1)) = 0 ] || echo \${each##*/} is up; done`;
    const files = { ...projectRunning('bash ./look.sh'), 'look.sh': script };
    const { log } = await withProject(files, (run) => installed(run, 60_000));
    expect(log).toContain("cannot access '/var/run/docker.sock'");
    expect(log).not.toMatch(/^\/(host|mnt|work|root|var)/m);
    expect(log.match(/^.* is up$/gm)).toEqual(['eth0 is up', 'lo is up']);
  });

  it('reaches nothing that listens on all addresses of the host, and its attempts fail at once', async () => {
    const server = createServer((socket) => socket.end('the host answers'));
    server.listen(0, '0.0.0.0');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const gateway = '$(echo $http_proxy | tr -d / | cut -d: -f2)';
    const script = `exec 3<>/dev/tcp/${gateway}/${port} && cat <&3; echo over; exec 4<>/dev/tcp/${gateway}/3128 && echo proxy answers`;
    const files = { ...projectRunning('bash ./try.sh'), 'try.sh': script };
    const step = await withProject(files, (run) => installed(run, 60_000));
    server.close();
    expect(step.log).not.toContain('the host answers');
    expect(step.log).toContain('Connection refused');
    expect(step.log).toMatch(/^proxy answers$/m);
  });
});

describe('what a script does is bounded', () => {
  it('a maker of a million files gets ENOSPC in each of the writable places, and costs no more than their size', async () => {
    const maker = `
      const fs = require('fs');
      for (const place of [process.cwd(), '/tmp', '/dev/shm']) {
        const folder = fs.mkdtempSync(place + '/many-');
        let made = 0;
        try {
          for (; made < 1e6; made++) fs.closeSync(fs.openSync(folder + '/' + made, 'w'));
        } catch (error) {
          console.log(place, made, error.code);
        }
        fs.rmSync(folder, { recursive: true });
      }`;
    await withProject({ ...projectRunning('node make.js'), 'make.js': maker }, async (run) => {
      const { log } = await installed(run, 90_000);
      const made = [...log.matchAll(/^(\S+) (\d+) ENOSPC$/gm)].map(
        ([, place, count]) => [place, Number(count)] as const,
      );
      expect(made.map(([place]) => place)).toEqual([PROJECT, '/tmp', '/dev/shm']);
      for (const [, count] of made) expect(count).toBeLessThanOrEqual(HOME_BYTES / 4096);
      expect((await run.packages()).packages).toHaveLength(1);
    });
  });

  it('open files, the size of a file and core dumps have their limits', async () => {
    const script = 'ulimit -Hn; ulimit -Hf; ulimit -Hc; truncate -s 1T holes; echo exit code $?';
    const { log } = await withProject(projectRunning(`bash -c '${script}'`), (run) => installed(run, 60_000));
    const [files, kib, core] = (/^(\d+)\n(\d+)\n(\d+)$/m.exec(log) ?? []).slice(1).map(Number);
    expect(files).toBeLessThanOrEqual(65_536);
    expect(kib).toBe(HOME_BYTES / 1024);
    expect(core).toBe(0);
    expect(log).not.toContain('exit code 0');
  });

  it('a disk filler gets ENOSPC, and the next step still works', async () => {
    const files = projectRunning('cat /dev/zero > big; ls -s big; rm big; cat /dev/zero > /tmp/big; rm /tmp/big');
    await withProject(files, async (run) => {
      const { log } = await installed(run, 60_000);
      expect(log.match(/No space left on device/g)).toHaveLength(2);
      expect((await run.packages()).packages).toHaveLength(1);
    });
  });

  it('a memory hog is killed, not the sandbox', async () => {
    const hog = `node -e 'const held = []; for (;;) held.push(Buffer.alloc(64e6, 1))'; echo exit code $?`;
    await withProject(projectRunning(hog), async (run) => {
      expect((await installed(run, 120_000)).log).toContain('exit code 137');
      await run.canary('ci-check:alive');
    });
  });

  it('a fork bomb ends at its deadline, whatever it takes, and the worker goes on', async () => {
    await withProject(projectRunning(`bash -c 'f() { f | f & }; f; sleep 100'`), async (run) => {
      const [, scripts] = (await installed(run, 8_000)).steps;
      expect(scripts).toMatchObject({ timedOut: true, exitCode: null });
      expect(scripts?.durationMs).toBeLessThan(30_000);
      await nothingRuns(run);
    });
  });

  it('100 MB of output cost no memory, and its end is kept', async () => {
    const files = projectRunning('yes 0123456789abcde | head -c 100000000; echo; echo the end');
    await withProject(files, async (run) => {
      const before = process.memoryUsage().rss;
      const step = await installed(run, 120_000);
      expect(step.logBytes).toBeGreaterThan(100_000_000);
      expect(step.log).toMatch(/the end\n/);
      for (const { log } of step.steps) expect(Buffer.byteLength(log)).toBeLessThanOrEqual(64 * 1024);
      expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
    });
  });

  it('one byte at a time does not stop the worker either', async () => {
    const files = projectRunning(
      `python3 -c "import os; [os.write(1, b'x') for _ in range(200000)]"; echo; echo the end`,
    );
    const step = await withProject(files, (run) => installed(run, 120_000));
    expect(step.exitCode).toBe(0);
    expect(step.logBytes).toBeGreaterThan(200_000);
    expect(step.log).toMatch(/the end\n/);
  });
});

describe('a step ends at its deadline', () => {
  it.each([
    ['it hangs', 'sleep 1000'],
    ['it ignores SIGTERM and SIGINT', `trap '' TERM INT HUP; while :; do sleep 1; done`],
    ['it left a daemon in a session of its own', `setsid sh -c 'sleep 1000 & sleep 1000' & sleep 1000`],
  ])('when %s', async (_case, script) => {
    await withProject(projectRunning(script), async (run) => {
      const [, scripts] = (await installed(run, 3_000)).steps;
      expect(scripts).toMatchObject({ timedOut: true, exitCode: null });
      expect(scripts?.durationMs).toBeLessThan(10_000);
      await nothingRuns(run);
      await run.canary('ci-check:after');
    });
  });
});

it('a daemon that outlives its install does not hold it up, and ends with the sandbox', async () => {
  const script = `setsid sh -c 'sleep 987 >/dev/null 2>&1 & exec sleep 988 >/dev/null 2>&1' & echo started`;
  await withProject(projectRunning(script), async (run) => {
    const step = await installed(run, 60_000);
    expect(step).toMatchObject({ exitCode: 0, timedOut: false });
    expect(await running(run)).toEqual(expect.arrayContaining(['sleep 987', 'sleep 988']));
    await run.destroy();
    await expect(docker.getContainer(run.containerId).inspect()).rejects.toMatchObject({ statusCode: 404 });
  });
});
