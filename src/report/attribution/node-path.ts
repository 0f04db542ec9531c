import { LINK_FOLDER } from '../../ecosystems/manager-layout.js';
import { type SaidProgram, scriptOf } from './program-file.js';

const MODULES = /\/node_modules$/;

/**
 * The folders of NODE_PATH in which Node would not have looked anyway. pnpm's shims set the variable for each tool (`node_modules/.bin`):
 * to the folders above the tool's own file, by their real names, and to the one that holds everything; these are no addition.
 */
export function addedByNodePath(value: string, program: SaidProgram): readonly string[] {
  const script = scriptOf(program) ?? '';
  return value.split(':').filter((folder) => folder !== '' && !isSearchedAnyway(folder, script));
}

function isSearchedAnyway(folder: string, script: string): boolean {
  if (!MODULES.test(folder) || folder.includes('/../')) return false;
  if (script.startsWith(folder.replace(/node_modules$/, ''))) return true;
  const linked = LINK_FOLDER.exec(folder);
  if (linked === null) return false;
  const [, tool] = linked;
  return tool === undefined || script.includes(`/node_modules/${tool}/`);
}
