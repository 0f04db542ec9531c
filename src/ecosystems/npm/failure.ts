import { unreadableLock, withoutFrames } from '../failure.js';
import type { FoundProject } from '../project.js';

const PREFIX = /^npm (?:error|ERR!)(?: |$)/;
/** The usage of a command, and the location of npm's log: both follow after the reason. */
const END = /^(?:Usage:|Run "npm help|A complete log of this run)/;
const NO_LOCK = /can only install with an existing/;
const NOT_IN_SYNC = /are in sync/;

/** See `PackageManager.failure`. `lockFile`: the one that npm uses; undefined if there is none. */
export function failure(
  lines: readonly string[],
  { heads }: FoundProject,
  lockFile: string | undefined,
): string | undefined {
  const messages = withoutFrames(lines)
    .filter((line) => PREFIX.test(line))
    .map((line) => line.replace(PREFIX, '').trim())
    .filter((line) => line !== '');
  const end = messages.findIndex((line) => END.test(line));
  // The line before the usage describes the command.
  const shown = end < 0 ? messages : messages.slice(0, messages[end] === 'Usage:' ? end - 1 : end);
  const text = shown.filter((line) => !/^code /.test(line)).join(' ');
  if (lockFile !== undefined && NO_LOCK.test(text)) return unreadableLock(lockFile, heads[lockFile]);
  if (lockFile !== undefined && NOT_IN_SYNC.test(text)) {
    const differences = shown.filter((line) => /^(?:Missing|Invalid): /.test(line));
    return `${lockFile} does not match package.json${differences.length === 0 ? '' : `: ${differences.join('; ')}`}`;
  }
  const code = shown.find((line) => /^code /.test(line))?.slice('code '.length);
  if (text === '') return code;
  return code === undefined ? text : `${code}: ${text}`;
}
