/** A frame of a stack trace, of Node or in evaluated code: it says where a program failed, not why. */
const FRAME = /^\s*at\s+(?:async\s+)?(?:\S.*\(.*\)\S*|\S*:\d+:\d+\S*)$/;

/** The output of a program without stack frames. */
export function withoutFrames(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => !FRAME.test(line));
}

/** The message for a lock file that exists but that its manager could not use. `why`: the manager's own message, may be empty. */
export function unreadableLock(file: string, head: string | undefined, why = ''): string {
  if (head !== undefined && head.trim() === '') return `${file} is empty`;
  return `${file} can't be read${why === '' ? '' : `: ${why}`}`;
}
