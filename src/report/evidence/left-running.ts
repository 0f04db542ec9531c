import { type Alert, alertTimeAt } from '../../falco/alert.js';
import type { FoldedAlert } from '../../falco/fold.js';
import { type Actors, attribute } from '../attribution/attribution.js';
import type { Phase, RunningProcess } from '../phase.js';

/** The rule name for processes that outlived the phase in which they were started. */
export const LEFT_RUNNING_RULE = 'Left running';

/** Field of an alert: whether the process ended, or was ended, before the end of the run. */
export const ENDED_FIELD = 'process.ended';

/**
 * Alerts of source `correlation` for processes that were still running at the end of the run, or that outlived the lifecycle scripts by
 * more than the time for which they are watched. The run proves nothing about a process that waits, because it has not shown what it waits
 * for (delayed payloads wait for minutes to days), nor about one that ended as soon as it noticed that it was being observed. Each package
 * has one alert for any number of processes, and separate ones for processes that ended before the end of the run and for tools that were
 * asked for help.
 * @param endedAt milliseconds since the epoch
 */
export function leftRunningAlerts(
  phases: readonly Phase[],
  endedAt: number,
  hostname: string,
  actors: Actors,
): readonly FoldedAlert[] {
  const byOwner = new Map<string, { alert: Alert; count: number }>();
  const atEnd = new Set((phases.at(-1)?.leftRunning ?? []).map(({ pid }) => pid));
  for (const { left, isOfScripts } of everLeft(phases)) {
    const hasEnded = !atEnd.has(left.pid);
    const alert = toAlert(left, { endedAt, hasEnded, hostname }, actors);
    const { package: by, isAskedForHelp } = attribute(alert, actors);
    // Of all other processes only those that ran until the end count: our loaders themselves end what a package left running, and a process
    // that is exiting has no command line any more.
    if (hasEnded && (by === null || !(isOfScripts || isAskedForHelp))) continue;
    const key = `${by?.path.join('\0')}\0${isAskedForHelp}\0${hasEnded}`;
    const known = byOwner.get(key);
    if (known === undefined) byOwner.set(key, { alert, count: 1 });
    else known.count += 1;
  }
  const at = BigInt(endedAt) * 1_000_000n;
  return [...byOwner.values()].map(({ alert, count }) => ({ alert, count, first: at, last: at }));
}

/** A process that outlived a phase, and whether that was the phase of the lifecycle scripts. */
interface Left {
  readonly left: RunningProcess;
  readonly isOfScripts: boolean;
}

/** Each process once, with the first phase that it outlived. */
function everLeft(phases: readonly Phase[]): Iterable<Left> {
  const all = new Map<number, Left>();
  for (const { name, leftRunning = [] } of phases) {
    for (const left of leftRunning)
      if (!all.has(left.pid)) all.set(left.pid, { left, isOfScripts: name === 'install' });
  }
  return all.values();
}

/** The alert has the time when the process was started, if that was observed, so that it belongs to the phase in which it was started. */
function toAlert(
  { pid, cmdline }: RunningProcess,
  { endedAt, hasEnded, hostname }: { endedAt: number; hasEnded: boolean; hostname: string },
  { tree }: Actors,
): Alert {
  const start = tree.latest(pid);
  const time = start?.time ?? BigInt(endedAt) * 1_000_000n;
  return {
    time: alertTimeAt(time),
    priority: 'WARNING',
    source: 'correlation',
    rule: LEFT_RUNNING_RULE,
    output: `${LEFT_RUNNING_RULE} (command=${cmdline} ended=${hasEnded ? 'before the end' : 'no'})`,
    fields: {
      'proc.pid': String(pid),
      ...(start?.vpid === undefined ? {} : { 'proc.vpid': String(start.vpid) }),
      'proc.cmdline': cmdline,
      [ENDED_FIELD]: String(hasEnded),
      ...(start === undefined ? {} : { 'proc.exepath': start.exepath, 'proc.cwd': start.cwd }),
    },
    hostname,
    tags: ['packwarden', 'execution', 'mitre_defense_evasion', 'T1497.003'],
  };
}
