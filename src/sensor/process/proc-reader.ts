import { readFileSync, readlinkSync } from 'node:fs';
import { type Process, unknownProcess } from './process.js';

/**
 * Reads a process that started before the sensor or runs outside of containers (the parent of a container's first process is the host's
 * containerd-shim). A few small reads, once per process.
 */
export type ProcReader = (pid: number) => Process | undefined;

/** Reads below `root`, by default `/proc`. Undefined if there is no such process (any more). */
export function procReader(root = '/proc'): ProcReader {
  return (pid) => {
    const stat = read(`${root}/${pid}/stat`);
    if (stat === undefined) return undefined;
    // The name may contain blanks and brackets: the other fields start after the last bracket.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const process = unknownProcess(pid);
    process.name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    process.ppid = Number(fields[1] ?? 0);
    process.pgid = Number(fields[2] ?? 0);
    process.sid = Number(fields[3] ?? 0);
    process.vpid = pid;
    process.argv = (read(`${root}/${pid}/cmdline`) ?? '').split('\0').slice(0, -1);
    process.exePath = link(`${root}/${pid}/exe`);
    process.cwd = link(`${root}/${pid}/cwd`);
    return process;
  };
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
