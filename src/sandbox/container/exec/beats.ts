import { PassThrough } from 'node:stream';
import type { Container } from 'dockerode';
import type { Beats } from '../../../jobs/ports.js';
import { KEEPER_USER } from '../identity.js';
import { runExec } from './exec.js';

/** Longer than any job. */
const DEADLINE_MS = 24 * 3_600_000;

/**
 * Starts a program that runs one process for each line of its input. It belongs to the keeper user, so the project's processes can't end
 * it, write to it or wait for it. A process costs a millisecond this way, a command through the Docker engine fifty.
 */
export function startBeats(container: Container): Beats {
  const markers = new PassThrough();
  const command = ['xargs', '-n', '1', '/bin/true'];
  const request = { command, user: KEEPER_USER, cwd: '/', stdin: markers, deadlineMs: DEADLINE_MS };
  const ended = runExec(container, { ...request, onOutput: () => undefined }).then(
    ({ exitCode }) => exitCode === 0,
    () => false,
  );
  return {
    beat(marker) {
      markers.write(`${marker}\n`);
    },
    async stop() {
      markers.end();
      return ended;
    },
  };
}
