import { type Alert, alertTimeAt } from '../../../falco/alert.js';
import type { FoldedAlert } from '../../../falco/fold.js';
import { type Actors, ownerOfStart, stepOfStart } from '../../attribution/attribution.js';
import { isOfImage } from '../../attribution/processes/image-files.js';
import type { ProcessStart } from '../../attribution/processes/process-tree.js';

/** The rule names for programs that are reported because of their start alone, from the process trace. */
export const ODD_PROGRAM_RULES = {
  disguised: 'Program named like the container engine',
  whileFetching: 'Code ran while packages were fetched',
} as const;

/** Names of the container engine's programs (runc, crun, containerd's shim, Docker's init), and of our own step program. */
const ENGINE_NAMES = /^(?:\S*\/)?(?:runc\b|crun\b|containerd-shim|docker-init|dockerd|confine\b)/;
/** How many are reported for each package and rule; more would add nothing new. */
const MAX_EACH = 20;

/**
 * Programs whose start alone is a finding, as alerts of source `correlation`. Either a package started one under a name of the
 * container engine (ATT&CK T1036.005): attribution does not rely on names here, but whoever chooses such a name hopes that others
 * do. Or a program that does not belong to the image ran in a step in which no package's code may run.
 */
export function oddPrograms(actors: Actors, hostname: string): readonly FoldedAlert[] {
  const found: FoldedAlert[] = [];
  const counts = new Map<string, number>();
  for (const start of actors.tree.starts()) {
    const rule = ruleOf(start, actors);
    if (rule === undefined) continue;
    const whose = `${rule}\0${ownerOfStart(start, actors)?.realPath}`;
    const count = (counts.get(whose) ?? 0) + 1;
    counts.set(whose, count);
    if (count > MAX_EACH) continue;
    found.push({ alert: toAlert(rule, start, hostname), count: 1, first: start.time, last: start.time });
  }
  return found;
}

function ruleOf(start: ProcessStart, actors: Actors): string | undefined {
  const { cmdline, exepath } = start;
  if (ENGINE_NAMES.test(cmdline) && !ENGINE_NAMES.test(exepath)) {
    return ownerOfStart(start, actors) === undefined ? undefined : ODD_PROGRAM_RULES.disguised;
  }
  if (isOfImage(exepath)) return undefined;
  const kind = stepOfStart(start, actors)?.kind;
  return kind === 'fetch' || kind === 'own' ? ODD_PROGRAM_RULES.whileFetching : undefined;
}

function toAlert(
  rule: string,
  { pid, vpid, ppid, exepath, cmdline, cwd, time }: ProcessStart,
  hostname: string,
): Alert {
  return {
    time: alertTimeAt(time),
    priority: 'CRITICAL',
    source: 'correlation',
    rule,
    output: `${rule} (command=${cmdline} exepath=${exepath})`,
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
