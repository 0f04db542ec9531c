import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { hasCode } from '../../errors/code.js';

const NAME = /^sensor-(\d+)\.sock$/;

/**
 * The path of the socket between this process and its sensor. It contains the process id: the sensor of a killed worker ends a moment
 * later than the worker, and must not remove the socket of the next worker. Sockets of killed workers are removed.
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
    // A process of another user (EPERM) is running, too.
    return hasCode(error, 'EPERM');
  }
}
