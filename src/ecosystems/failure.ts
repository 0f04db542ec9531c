/** A frame of a stack, of Node or in an evaluated text: it says where a program failed, and not why. */
const FRAME = /^\s*at\s+(?:async\s+)?(?:\S.*\(.*\)\S*|\S*:\d+:\d+\S*)$/;

/** What a program printed, without the frames of stacks. */
export function withoutFrames(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => !FRAME.test(line));
}

/** A lock file that its manager does not keep to: it is there, and of no use. `why`: in the manager's words, empty where it has none. */
export function unreadableLock(file: string, head: string | undefined, why = ''): string {
  if (head !== undefined && head.trim() === '') return `${file} is empty`;
  return `${file} can't be read${why === '' ? '' : `: ${why}`}`;
}
