import type { Container } from 'dockerode';
import { z } from 'zod';
import type { RunningProcess } from '../../../report/phase.js';
import { inTime } from '../docker-call.js';
import { KEEPER_USER } from '../identity.js';
import { orGone } from './exec.js';

const MAX_CMDLINE_CHARS = 500;
/** `args` must be last, since it contains blanks. */
const COLUMNS = ['uid', 'pid', 'stat', 'args'] as const;
const KEEPER_UID = KEEPER_USER.split(':')[0];

const answerSchema = z.object({ Processes: z.array(z.array(z.string())) });

/**
 * The project's processes in a container: all that don't belong to the keeper and are not zombies. The list is created by the engine,
 * outside of the container, and is complete (`SandboxLimits.pids` bounds it), so a package can't hide from it. @throws SandboxError
 */
export async function runningIn(container: Container): Promise<readonly RunningProcess[]> {
  const call = container.top({ ps_args: `-eo ${COLUMNS.join(',')}` });
  const { Processes } = answerSchema.parse(await orGone(inTime('looking for running processes', call)));
  return Processes.filter(([uid, , stat]) => uid !== KEEPER_UID && !stat?.startsWith('Z')).map(
    ([, pid, , ...args]) => ({ pid: Number(pid), cmdline: args.join(' ').slice(0, MAX_CMDLINE_CHARS) }),
  );
}
