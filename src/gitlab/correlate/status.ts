import type { Silence } from '../feed/feeds.js';
import { allowedPause, type FeedHistory, type SilenceConfig } from '../feed/silence.js';
import type { CorrelationConfig } from './config.js';
import type { CorrelatedJob } from './job.js';
import { closingTime } from './windows.js';

/** `off`: nothing to join with; `waiting`: events may still come; `incomplete`: some may be missing; `complete`: this is all. */
export type CorrelationStatus = 'off' | 'waiting' | 'incomplete' | 'complete';

/** Why the events around a job may not be all there are. */
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
  /** Undefined when it never talked. */
  readonly history: FeedHistory | undefined;
  readonly silences: readonly Silence[];
}

/** Why the feed of an instance can't vouch for a job's windows; empty when it can. `isCut`: an index had more events than are looked at. */
export function incompleteReasons(
  job: CorrelatedJob,
  feeds: readonly FeedState[],
  isCut: boolean,
  now: number,
  config: CorrelationConfig,
  silence: SilenceConfig,
): readonly StatusReason[] {
  const reasons: StatusReason[] = [];
  const talking = feeds.filter(({ history }) => history !== undefined);
  const since = Math.min(...talking.map(({ history }) => history?.since ?? now));
  if (talking.length === 0)
    reasons.push({ code: 'feed-never-talked', message: 'no audit event ever came from this GitLab' });
  else if (since > job.end)
    reasons.push({ code: 'feed-too-young', message: 'the first audit event came after the job' });
  for (const feed of feeds) {
    if (!wasSilent(job, feed, now, config, silence)) continue;
    const message = `the destination ${feed.destination} was silent longer than it usually is: events may be missing`;
    reasons.push({ code: 'feed-silent', message });
  }
  if (isCut) reasons.push({ code: 'too-many-events', message: 'there are more events than are looked at' });
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

/** A silence counts when it overlaps the windows: the present one, or one that has been noted. */
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
