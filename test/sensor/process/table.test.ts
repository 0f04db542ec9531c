import { describe, expect, it } from 'vitest';
import { PART, type PartTag } from '../../../src/sensor/probe/layout.js';
import { ProcessRecord } from '../../../src/sensor/probe/record.js';
import { ancestorOf, cmdlineOf, type Process, unknownProcess } from '../../../src/sensor/process/process.js';
import { ProcessTable } from '../../../src/sensor/process/table.js';
import { childPart, execParts, type RecordSpec, recordBytes } from '../records.js';

const EXECVE = 59;
const CHDIR = 80;
const SECOND = 1_000_000_000n;

const record = (spec: RecordSpec) => new ProcessRecord(recordBytes(spec));

/** A host on which a container's shim is process 50. */
function table(host: readonly Process[] = [{ ...unknownProcess(50), name: 'containerd-shim', ppid: 1 }]) {
  return new ProcessTable((pid) => host.find((process) => process.pid === pid));
}

const lineage = (process: Process) => [1, 2, 3, 4].map((level) => ancestorOf(process, level)?.name);

describe('the processes of a container', () => {
  it('are known from exec, fork and exit, with their ancestors up to the shim', () => {
    const processes = table();
    processes.follow(
      record({
        nr: EXECVE,
        pid: 100,
        ppid: 50,
        comm: 'npm',
        parts: execParts('/usr/bin/node', '/home', ['npm', 'ci']),
      }),
    );
    processes.follow(record({ kind: 'fork', pid: 100, ppid: 50, ret: 8, parts: [childPart(101, 8)] }));
    const forked = processes.follow(record({ nr: CHDIR, pid: 101, ppid: 100, parts: [[PART.cwd, '/home/x']] }));
    expect([forked.name, cmdlineOf(forked), forked.cwd]).toEqual(['npm', 'npm ci', '/home/x']);
    processes.follow(
      record({
        nr: EXECVE,
        pid: 101,
        ppid: 100,
        comm: 'sh',
        parts: execParts('/bin/dash', '/home/x', ['sh', '-c', 'a b']),
      }),
    );
    expect(cmdlineOf(forked)).toBe('sh -c a b');
    expect(forked.exePath).toBe('/bin/dash');
    expect(lineage(forked)).toEqual(['npm', 'containerd-shim', undefined, undefined]);
  });

  it('have the environment that their program was started with', () => {
    const env: [PartTag, Buffer] = [PART.env, Buffer.from('HOME=/home\0NODE_OPTIONS=--require x\0')];
    const exec = execParts('/usr/bin/node', '/home', ['node']);
    const process = table().follow(record({ nr: EXECVE, pid: 100, ppid: 50, parts: [...exec, env] }));
    expect(process.environment).toEqual(['HOME=/home', 'NODE_OPTIONS=--require x']);
  });

  it('keep the parent that ended, and follow the one that adopts them', () => {
    const processes = table();
    processes.follow(
      record({ nr: EXECVE, pid: 100, ppid: 50, comm: 'init', parts: execParts('/init', '/', ['init']) }),
    );
    processes.follow(record({ kind: 'fork', pid: 100, ppid: 50, parts: [childPart(101, 8)] }));
    processes.follow(
      record({ nr: EXECVE, pid: 101, ppid: 100, comm: 'evil', parts: execParts('/evil', '/', ['evil']) }),
    );
    processes.follow(record({ kind: 'fork', pid: 101, ppid: 100, parts: [childPart(102, 9)] }));
    processes.follow(record({ kind: 'exit', pid: 101, ppid: 100 }));
    const before = processes.follow(record({ nr: CHDIR, pid: 102, ppid: 101 }));
    expect(lineage(before)[0]).toBe('evil');
    const after = processes.follow(record({ nr: CHDIR, pid: 102, ppid: 100 }));
    expect(lineage(after)[0]).toBe('init');
  });

  it('are not confused with a later program read from /proc', () => {
    const processes = table([{ ...unknownProcess(100), name: 'node', argv: ['node', 'x.js'] }]);
    const found = processes.follow(record({ nr: CHDIR, pid: 100, comm: 'runc:[2:INIT]' }));
    expect([found.name, cmdlineOf(found)]).toEqual(['runc:[2:INIT]', 'runc:[2:INIT]']);
  });

  it('that ran before the sensor are read from /proc, with their ancestors', () => {
    const host = [
      { ...unknownProcess(100), name: 'node', argv: ['node', 'x.js'], ppid: 60 },
      { ...unknownProcess(60), name: 'sh', ppid: 50 },
      { ...unknownProcess(50), name: 'containerd-shim', ppid: 40 },
      { ...unknownProcess(40), name: 'systemd', ppid: 1 },
    ];
    const found = table(host).follow(record({ nr: CHDIR, pid: 100, ppid: 60, comm: 'node' }));
    expect([found.name, cmdlineOf(found)]).toEqual(['node', 'node x.js']);
    expect(lineage(found)).toEqual(['sh', 'containerd-shim', undefined, undefined]);
  });

  it('keep the name of their exec for the rules when they rename themselves', () => {
    const processes = table();
    processes.follow(
      record({ nr: EXECVE, pid: 100, ppid: 50, comm: 'node', parts: execParts('/node', '/', ['node']) }),
    );
    expect(processes.follow(record({ nr: CHDIR, pid: 100, ppid: 50, comm: 'runc:[2:INIT]' })).name).toBe('node');
  });

  it('are forgotten a minute after their end or when there are too many, so that ancestor chains stay short', () => {
    const processes = table();
    let timeNs = SECOND;
    processes.follow(record({ nr: EXECVE, pid: 100, ppid: 50, parts: execParts('/sh', '/', ['sh']), timeNs }));
    for (let pid = 100; pid < 50_100; pid++) {
      timeNs += SECOND / 1000n;
      processes.follow(
        record({ kind: 'fork', pid, ppid: pid === 100 ? 50 : pid - 1, parts: [childPart(pid + 1, 9)], timeNs }),
      );
      processes.follow(record({ kind: 'exit', pid, ppid: pid === 100 ? 50 : pid - 1, timeNs }));
    }
    expect(processes.size).toBeLessThan(20_010);
    const last = processes.follow(record({ nr: CHDIR, pid: 50_100, ppid: 50_099, timeNs }));
    let depth = 0;
    for (let at: Process | undefined = last; at !== undefined; at = at.parent) depth++;
    expect(depth).toBeLessThan(20_010);
    timeNs += 120n * SECOND;
    processes.follow(record({ kind: 'exit', pid: 50_100, ppid: 50_099, timeNs }));
    expect(processes.size).toBeLessThan(3);
  });
});
