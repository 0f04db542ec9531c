import type { FoundProject } from '../../src/ecosystems/project.js';

/** A project as it is found after it was unpacked; empty but for what is given. The beginnings of files make them files of it. */
export function foundProject(more: Partial<FoundProject> = {}): FoundProject {
  const { heads = {}, files = [] } = more;
  return {
    root: '/home/ci/project',
    manifest: {},
    unset: [],
    ...more,
    heads,
    files: [...new Set([...files, ...Object.keys(heads)])],
  };
}
