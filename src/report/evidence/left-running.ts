import { type Alert, alertTimeAt } from '../../falco/alert.js';
import type { FoldedAlert } from '../../falco/fold.js';
import { type Actors, attribute } from '../attribution/attribution.js';
import type { Phase, RunningProcess } from '../phase.js';

/** The rule name under which processes are reported that outlived the phase in which they were started. */
export const LEFT_RUNNING_RULE = 'Left running';

/** Of an alert: the process was gone by itself, or was ended, before everything was over. */
export const ENDED_FIELD = 'process.ended';

/**
 * What outlived everything, or the lifecycle scripts by more than the time that it is watched for, as alerts of source `correlation`: one for
 * each package, however many processes, and one for what was gone before the end. What waits has not shown what it waits for (delayed
 * payloads wait for minutes to days), so the run says nothing about it; nor does what went away as soon as it saw that it was not alone.
 * `endedAt`: milliseconds since the epoch.
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
    // What loads packages ends them in its own time, and a process on its way out has no name: of these only who waits to the end counts.
    if (hasEnded && (by === null || !(isOfScripts || isAskedForHelp))) continue;
    const key = `${by?.path.join('\0')}\0${isAskedForHelp}\0${hasEnded}`;
    const known = byOwner.get(key);
    if (known === undefined) byOwner.set(key, { alert, count: 1 });
    else known.count += 1;
  }
  const at = BigInt(endedAt) * 1_000_000n;
  return [...byOwner.values()].map(({ alert, count }) => ({ alert, count, first: at, last: at }));
}

/** A process that outlived a phase, and whether that was the one of the lifecycle scripts. */
interface Left {
  readonly left: RunningProcess;
  readonly isOfScripts: boolean;
}

/** Each process once, as it was seen first. */
function everLeft(phases: readonly Phase[]): Iterable<Left> {
  const all = new Map<number, Left>();
  for (const { name, leftRunning = [] } of phases) {
    for (const left of leftRunning)
      if (!all.has(left.pid)) all.set(left.pid, { left, isOfScripts: name === 'install' });
  }
  return all.values();
}

/** At the time when the process became what it is, where that was seen: the phase in which it was started. */
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
