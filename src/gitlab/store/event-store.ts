import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { CorrelationConfig } from '../correlate/config.js';
import type { CorrelatedJob, StoredEvent } from '../correlate/job.js';
import { readEvent } from '../event/event.js';
import { ancestorsOf, type JobContext } from '../identity/context.js';
import { type StoredAlert, storedAlertSchema } from './alerts.js';
import { parseEntry } from './event-log.js';
import { INDEX, KEYS } from './keys.js';
import { resultsOf } from './redis-call.js';

/** The ids of events that may be related to a job. */
export interface FoundRefs {
  /** Sorted. */
  readonly refs: readonly string[];
  /** An index had more events than are examined. */
  readonly isCut: boolean;
}

/** Far more than around an ordinary job; beyond it the result is marked as incomplete. */
const MAX_PER_INDEX = 2_000;
const alertsSchema = z.array(storedAlertSchema);

/** Finds evaluated events, by scope, author or target. */
export class EventStore {
  constructor(private readonly redis: Redis) {}

  /** The newest events of each index within the job's windows. */
  async find(job: CorrelatedJob, config: CorrelationConfig): Promise<FoundRefs> {
    const from = job.start - config.leadMs - config.beforeMs;
    const to = job.end + config.laterMs;
    const pipeline = this.redis.pipeline();
    for (const name of scopeIndexes(job.context)) {
      pipeline.zrevrangebyscore(KEYS.index(name), to, from, 'LIMIT', 0, MAX_PER_INDEX + 1);
    }
    // Events that name the job itself are relevant at any time: a runner may have been added long before.
    for (const name of targetIndexes(job.context)) pipeline.zrevrange(KEYS.index(name), 0, MAX_PER_INDEX);
    const found = resultsOf(await pipeline.exec()) as string[][];
    const refs = new Set(found.flatMap((list) => list.slice(0, MAX_PER_INDEX)));
    return { refs: [...refs].sort(), isCut: found.some((list) => list.length > MAX_PER_INDEX) };
  }

  /** Loads events; those that are no longer stored are omitted. */
  async load(refs: readonly string[]): Promise<readonly StoredEvent[]> {
    const events: StoredEvent[] = [];
    // One at a time: some may have 25 MB each.
    for (const ref of refs) {
      const [entry] = await this.redis.xrangeBuffer(KEYS.events, ref, ref);
      if (entry === undefined) continue;
      const copies = Number((await this.redis.get(KEYS.copies(ref))) ?? 0);
      events.push({ ref, copies, event: readEvent(parseEntry(entry[0], entry[1]).received) });
    }
    return events;
  }

  /** The alerts about these events. */
  async alertsOf(refs: readonly string[]): Promise<readonly StoredAlert[]> {
    if (refs.length === 0) return [];
    const texts = await this.redis.mget(refs.map(KEYS.alertsOf));
    return texts.flatMap((text) => (text === null ? [] : alertsSchema.parse(JSON.parse(text))));
  }
}

function scopeIndexes(context: JobContext): readonly string[] {
  const { instance, projectId, projectPath, namespaceId, userId } = context;
  const names = [INDEX.entity(instance, 'Project', projectId), INDEX.instance(instance)];
  if (namespaceId !== undefined) names.push(INDEX.entity(instance, 'Group', namespaceId));
  for (const path of ancestorsOf(projectPath ?? '')) names.push(INDEX.path(instance, path));
  if (userId === undefined) return names;
  return [
    ...names,
    INDEX.author(instance, userId),
    INDEX.entity(instance, 'User', userId),
    INDEX.target(instance, 'User', userId),
  ];
}

function targetIndexes({ instance, jobId, pipelineId, runnerId, mergeRequestId }: JobContext): readonly string[] {
  const targets: (readonly [type: string, id: string | undefined])[] = [
    ['Ci::Build', jobId],
    ['Ci::Processable', jobId],
    ['CommitStatus', jobId],
    ['GenericCommitStatus', jobId],
    ['Ci::Pipeline', pipelineId],
    ['Ci::Runner', runnerId],
    ['MergeRequest', mergeRequestId],
  ];
  return targets.flatMap(([type, id]) => (id === undefined ? [] : [INDEX.target(instance, type, id)]));
}
