import type { Container } from 'dockerode';
import { z } from 'zod';
import type { RunningProcess } from '../../report/phase.js';
import { inTime } from './docker-call.js';
import { orGone } from './exec.js';
import { KEEPER_USER } from './identity.js';

const MAX_CMDLINE_CHARS = 500;
/** `args` last: it holds blanks. */
const COLUMNS = ['uid', 'pid', 'stat', 'args'] as const;
const KEEPER_UID = KEEPER_USER.split(':')[0];

const answerSchema = z.object({ Processes: z.array(z.array(z.string())) });

/**
 * What of the project runs in a container: everything that is not its keeper's, and not dead already. The list is the
 * engine's, made outside, and whole (`SandboxLimits.pids` bounds it): a package can't hide from it, nor behind others. @throws SandboxError
 */
export async function runningIn(container: Container): Promise<readonly RunningProcess[]> {
  const call = container.top({ ps_args: `-eo ${COLUMNS.join(',')}` });
  const { Processes } = answerSchema.parse(await orGone(inTime('looking for running processes', call)));
  return Processes.filter(([uid, , stat]) => uid !== KEEPER_UID && !stat?.startsWith('Z')).map(
    ([, pid, , ...args]) => ({ pid: Number(pid), cmdline: args.join(' ').slice(0, MAX_CMDLINE_CHARS) }),
  );
}
