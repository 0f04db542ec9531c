import type { Redis } from 'ioredis';

/** What the stores that lie in Redis beside the queue are made with. */
export interface RedisStoreOptions {
  readonly redis: Redis;
  /** How long an entry is kept, in seconds: as long as its job's report. */
  readonly retentionS: number;
  readonly now: () => number;
  /** Wraps all access to Redis: converts its unavailability into the queue's own error. */
  readonly guard: <T>(work: () => Promise<T>) => Promise<T>;
}

/** The earliest time that is still kept, in milliseconds since the epoch. */
export function oldestKept({ now, retentionS }: Pick<RedisStoreOptions, 'now' | 'retentionS'>): number {
  return now() - retentionS * 1000;
}

/** The results of a pipeline or transaction. @throws the first error in it */
export function resultsOf(results: [error: Error | null, result: unknown][] | null): readonly unknown[] {
  if (results === null) throw new Error('the transaction was not run');
  return results.map(([error, result]) => {
    if (error !== null) throw error;
    return result;
  });
}

/** A job's id is a UUID; in the sets of packages a version follows it, after a space. */
const ID_LENGTH = 36;

/** An entry of a sorted set of jobs. */
export interface JobEntry {
  readonly id: string;
  /** Empty in sets of jobs alone. */
  readonly version: string;
  readonly submittedAt: number;
}

/** Parses what a command with `WITHSCORES` returns. */
export function jobEntries(found: readonly string[]): readonly JobEntry[] {
  return found.flatMap((member, index) =>
    index % 2 === 1
      ? []
      : [
          {
            id: member.slice(0, ID_LENGTH),
            version: member.slice(ID_LENGTH + 1),
            submittedAt: Number(found[index + 1]),
          },
        ],
  );
}
