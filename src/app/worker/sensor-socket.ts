import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const NAME = /^sensor-(\d+)\.sock$/;

/**
 * The path of the socket between this process and its sensor. It belongs to the process alone: the sensor of a worker that was killed
 * ends a moment later, and must not take away the socket of the worker that came after it. What killed ones left is removed.
 */
export function sensorSocket(dataDir: string, pid: number): string {
  for (const name of readdirSync(dataDir)) {
    const owner = NAME.exec(name)?.[1];
    if (owner !== undefined && !isRunning(Number(owner))) rmSync(join(dataDir, name), { force: true });
  }
  return join(dataDir, `sensor-${pid}.sock`);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process runs, too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
