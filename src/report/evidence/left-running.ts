import { type Alert, alertTimeAt } from '../../falco/alert.js';
import type { FoldedAlert } from '../../falco/fold.js';
import { type Actors, attribute } from '../attribution/attribution.js';
import type { Phase, RunningProcess } from '../phase.js';

/** The rule name under which processes are reported that still ran when everything was over. */
export const LEFT_RUNNING_RULE = 'Left running';

/**
 * What still ran at the end, as alerts of source `correlation`: one for each package, however many processes. What waits has not
 * shown what it waits for (delayed payloads wait for minutes to days), so the run says nothing about it. What an earlier phase left and
 * ended by itself later was watched to its end and is none. `endedAt`: milliseconds since the epoch.
 */
export function leftRunningAlerts(
  phases: readonly Phase[],
  endedAt: number,
  hostname: string,
  actors: Actors,
): readonly FoldedAlert[] {
  const byOwner = new Map<string, { alert: Alert; count: number }>();
  for (const left of phases.at(-1)?.leftRunning ?? []) {
    const alert = toAlert(left, endedAt, hostname, actors);
    const { package: by, isAskedForHelp } = attribute(alert, actors);
    const key = `${by?.path.join('\0')}\0${isAskedForHelp}`;
    const known = byOwner.get(key);
    if (known === undefined) byOwner.set(key, { alert, count: 1 });
    else known.count += 1;
  }
  const at = BigInt(endedAt) * 1_000_000n;
  return [...byOwner.values()].map(({ alert, count }) => ({ alert, count, first: at, last: at }));
}

/** At the time when the process became what it is, where that was seen: the phase in which it was started. */
function toAlert({ pid, cmdline }: RunningProcess, endedAt: number, hostname: string, { tree }: Actors): Alert {
  const start = tree.latest(pid);
  const time = start?.time ?? BigInt(endedAt) * 1_000_000n;
  return {
    time: alertTimeAt(time),
    priority: 'WARNING',
    source: 'correlation',
    rule: LEFT_RUNNING_RULE,
    output: `${LEFT_RUNNING_RULE} (command=${cmdline})`,
    fields: {
      'proc.pid': String(pid),
      ...(start?.vpid === undefined ? {} : { 'proc.vpid': String(start.vpid) }),
      'proc.cmdline': cmdline,
      ...(start === undefined ? {} : { 'proc.exepath': start.exepath, 'proc.cwd': start.cwd }),
    },
    hostname,
    tags: ['packwarden', 'execution', 'mitre_defense_evasion', 'T1497.003'],
  };
}
