import { PROJECT } from '../../../ecosystems/places.js';
import type { ProcessStart } from '../../attribution/processes/process-tree.js';

/** The image's own git (Debian's), on a root file system that no package can write to. */
const GIT = '/usr/bin/git';
const INDEX = new RegExp(`^${PROJECT}/(?:.+/)?\\.git/(?:modules/.+/|worktrees/[^/]+/)?index(?:\\.lock)?$`);

/**
 * Whether a file is git's index and was written by the image's git: `git status` and `git describe --dirty` update it with the
 * state of the files that they have looked at. If any other program writes this file, that is a change of the project, and so is
 * a change of any other file in `.git/`.
 */
export function isGitsIndex(path: string, programs: readonly Pick<ProcessStart, 'exepath' | 'loads'>[]): boolean {
  const [program] = programs;
  return program !== undefined && program.exepath === GIT && program.loads === null && INDEX.test(path);
}
