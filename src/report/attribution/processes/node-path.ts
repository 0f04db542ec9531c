import { LINK_FOLDER } from '../../../ecosystems/manager-layout.js';
import { type SaidProgram, scriptOf } from './program-file.js';

const MODULES = /\/node_modules$/;

/**
 * The folders in NODE_PATH that Node would not search anyway. pnpm's shims (`node_modules/.bin`) set the variable for each tool to the real
 * paths of the folders above the tool's own file, and to the folder that contains all packages; these add nothing.
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
