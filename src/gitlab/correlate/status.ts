import type { Silence } from '../feed/feeds.js';
import { allowedPause, type FeedHistory, type SilenceConfig } from '../feed/silence.js';
import type { CorrelationConfig } from './config.js';
import type { CorrelatedJob } from './job.js';
import { closingTime } from './windows.js';

/** `off`: no events to correlate with; `waiting`: events may still arrive; `incomplete`: some may be missing; `complete`: all are known. */
export type CorrelationStatus = 'off' | 'waiting' | 'incomplete' | 'complete';

/** Why the known events around a job may be incomplete. */
export interface StatusReason {
  readonly code:
    | 'no-feed'
    | 'no-identity'
    | 'feed-never-talked'
    | 'feed-too-young'
    | 'feed-silent'
    | 'events-missing'
    | 'too-many-events';
  readonly message: string;
}

/** A destination of the job's instance. */
export interface FeedState {
  readonly destination: string;
  /** Undefined if it never sent an event. */
  readonly history: FeedHistory | undefined;
  readonly silences: readonly Silence[];
}

/** Why the events for a job's windows may be incomplete; empty if they are not. `isCut`: an index had more events than are examined. */
export function incompleteReasons(
  job: CorrelatedJob,
  feeds: readonly FeedState[],
  isCut: boolean,
  now: number,
  config: CorrelationConfig,
  silence: SilenceConfig,
): readonly StatusReason[] {
  const reasons: StatusReason[] = [];
  const active = feeds.filter(({ history }) => history !== undefined);
  const since = Math.min(...active.map(({ history }) => history?.since ?? now));
  if (active.length === 0)
    reasons.push({ code: 'feed-never-talked', message: 'no audit event ever came from this GitLab' });
  else if (since > job.end)
    reasons.push({ code: 'feed-too-young', message: 'the first audit event came after the job' });
  for (const feed of feeds) {
    if (!wasSilent(job, feed, now, config, silence)) continue;
    const message = `the destination ${feed.destination} was silent longer than it usually is: events may be missing`;
    reasons.push({ code: 'feed-silent', message });
  }
  if (isCut) reasons.push({ code: 'too-many-events', message: 'there are more events than are examined' });
  return reasons;
}

/** @param reasons of `incompleteReasons` */
export function statusOf(
  job: CorrelatedJob,
  reasons: readonly StatusReason[],
  backlog: number,
  now: number,
  config: CorrelationConfig,
): CorrelationStatus {
  if (reasons.length > 0) return 'incomplete';
  return now <= closingTime(job, config) || backlog > 0 ? 'waiting' : 'complete';
}

/** Whether a silence, current or recorded, overlaps the windows. */
function wasSilent(
  job: CorrelatedJob,
  { history, silences }: FeedState,
  now: number,
  config: CorrelationConfig,
  silence: SilenceConfig,
): boolean {
  const [from, to] = [job.start - config.leadMs - config.beforeMs, closingTime(job, config)];
  const allowed = history === undefined ? undefined : allowedPause(history, silence);
  const present: readonly Silence[] =
    history !== undefined && allowed !== undefined && now - history.last > allowed
      ? [{ from: history.last, to: null }]
      : [];
  return [...silences, ...present].some((pause) => pause.from <= to && (pause.to ?? now) >= from);
}
