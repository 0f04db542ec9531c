import { withoutFrames } from '../failure.js';

const PREFIX = /^error: /;
const IGNORED = /failed to parse lockfile: '(bun\.lockb?)'/;

/** See `PackageManager.failure`. */
export function failure(lines: readonly string[]): string | undefined {
  const errors = withoutFrames(lines).filter((line) => PREFIX.test(line));
  return errors.length === 0 ? undefined : errors.map((line) => line.replace(PREFIX, '')).join('; ');
}

/** Bun ignores a lock file that it can't read, and installs the newest versions. */
export function ignoredLock(lines: readonly string[]): string | undefined {
  const file = lines.map((line) => IGNORED.exec(line)?.[1]).find((name) => name !== undefined);
  return file === undefined ? undefined : `${file} can't be read; its versions were not installed`;
}
