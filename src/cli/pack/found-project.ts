import { identifyingFiles } from '../../ecosystems/managers.js';
import { type FoundProject, HEAD_CHARS } from '../../ecosystems/project.js';
import type { ProjectFiles } from './project-files.js';

/** What of a folder says which package manager its project is of, as the sandbox finds it in an archive of it. */
export function foundProjectIn(project: ProjectFiles): FoundProject {
  const files = identifyingFiles().filter((file) => project.has(file));
  const texts = files.filter((file) => !project.isFolder(file));
  const heads = Object.fromEntries(texts.map((file) => [file, project.read(file).slice(0, HEAD_CHARS)]));
  return { root: project.root, files, heads, manifest: manifestIn(project), unset: [] };
}

/** What is wrong with a manifest is said when it is packed. */
function manifestIn(project: ProjectFiles): FoundProject['manifest'] {
  try {
    const manifest: unknown = JSON.parse(project.read('package.json').replace(/^\ufeff/, ''));
    return typeof manifest === 'object' && manifest !== null ? { ...manifest } : {};
  } catch {
    return {};
  }
}
