import { identifyingFiles } from '../../ecosystems/managers.js';
import { type FoundProject, HEAD_CHARS } from '../../ecosystems/project.js';
import type { ProjectFiles } from './project-files.js';

/** The files that identify a project's package manager, in the form in which the sandbox finds them in an uploaded archive. */
export function foundProjectIn(project: ProjectFiles): FoundProject {
  const files = identifyingFiles().filter((file) => project.has(file));
  const texts = files.filter((file) => !project.isFolder(file));
  const heads = Object.fromEntries(texts.map((file) => [file, project.read(file).slice(0, HEAD_CHARS)]));
  return { root: project.root, files, heads, manifest: manifestIn(project), unset: [] };
}

/** An empty manifest when it can't be parsed: packing it reports the error later. */
function manifestIn(project: ProjectFiles): FoundProject['manifest'] {
  try {
    const manifest: unknown = JSON.parse(project.read('package.json').replace(/^\ufeff/, ''));
    return typeof manifest === 'object' && manifest !== null ? { ...manifest } : {};
  } catch {
    return {};
  }
}
