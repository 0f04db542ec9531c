import type { Alert } from '../falco/alert.js';
import type { FoldedAlert } from '../falco/fold.js';
import { type Actors, ownerOfStart } from './attribution.js';
import type { ProcessStart } from './process-tree.js';

/** The rule name under which a program that calls itself the container engine is reported. */
export const DISGUISED_RULE = 'Program named like the container engine';

/** How the container engine's programs are called (runc, crun, containerd's shim, Docker's init); our own step program, too. */
const ENGINE_NAMES = /^(?:\S*\/)?(?:runc\b|crun\b|containerd-shim|docker-init|dockerd|confine\b)/;
/** How many a report holds; more say nothing new. */
const MAX_FOUND = 20;

/**
 * Programs that a package started under a name of the container engine (ATT&CK T1036.005), as alerts of source `correlation`. A
 * name decides nothing here, but who takes such a one hopes that it does elsewhere.
 */
export function disguisedPrograms(actors: Actors, hostname: string): readonly FoldedAlert[] {
  const found: FoldedAlert[] = [];
  for (const start of actors.tree.starts()) {
    if (found.length >= MAX_FOUND) break;
    if (!ENGINE_NAMES.test(start.cmdline) || ENGINE_NAMES.test(start.exepath)) continue;
    if (ownerOfStart(start, actors) === undefined) continue;
    found.push({ alert: toAlert(start, hostname), count: 1, first: start.time, last: start.time });
  }
  return found;
}

function toAlert({ pid, vpid, ppid, exepath, cmdline, cwd, time }: ProcessStart, hostname: string): Alert {
  return {
    time: { seconds: String(time / 1_000_000_000n), nanos: Number(time % 1_000_000_000n) },
    priority: 'CRITICAL',
    source: 'correlation',
    rule: DISGUISED_RULE,
    output: `Program named like the container engine (command=${cmdline} exepath=${exepath})`,
    fields: {
      'proc.pid': String(pid),
      ...(vpid === undefined ? {} : { 'proc.vpid': String(vpid) }),
      'proc.ppid': String(ppid),
      'proc.exepath': exepath,
      'proc.cmdline': cmdline,
      'proc.cwd': cwd,
    },
    hostname,
    tags: ['packwarden', 'execution', 'mitre_defense_evasion', 'T1036.005'],
  };
}
