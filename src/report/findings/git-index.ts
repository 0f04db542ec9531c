import { PROJECT } from '../../ecosystems/places.js';
import type { ProcessStart } from '../attribution/process-tree.js';

/** The image's own (Debian's), in a root that no package can write to. */
const GIT = '/usr/bin/git';
const INDEX = new RegExp(`^${PROJECT}/(?:.+/)?\\.git/(?:modules/.+/|worktrees/[^/]+/)?index(?:\\.lock)?$`);

/**
 * Whether it is the list of files that git keeps for itself, written by the image's git: `git status` and `git describe --dirty` take
 * down there which files they have looked at. The same file written by anybody else is a change of the project, and so is all else in
 * `.git/`.
 */
export function isGitsIndex(path: string, programs: readonly Pick<ProcessStart, 'exepath' | 'loads'>[]): boolean {
  const [program] = programs;
  return program !== undefined && program.exepath === GIT && program.loads === null && INDEX.test(path);
}
