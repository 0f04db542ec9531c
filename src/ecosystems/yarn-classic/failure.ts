import { unreadableLock, withoutFrames } from '../failure.js';
import type { FoundProject } from '../project.js';

const PREFIX = /^error (?:Error: )?/;
const OF_LOCK = /^SyntaxError: (.*) in \S*\/yarn\.lock$/;

/** See `PackageManager.failure`. */
export function failure(lines: readonly string[], { heads }: FoundProject): string | undefined {
  const errors = withoutFrames(lines).filter((line) => PREFIX.test(line));
  const [, why] = OF_LOCK.exec(errors[0]?.replace(PREFIX, '') ?? '') ?? [];
  if (why !== undefined) return unreadableLock('yarn.lock', heads['yarn.lock'], why);
  return errors.length === 0 ? undefined : errors.map((line) => line.replace(PREFIX, '')).join('; ');
}
