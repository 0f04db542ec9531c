import { PROJECT } from '../../ecosystems/places.js';
import { MODULE_FOLDERS } from '../../ecosystems/stores.js';
import type { PackageWrite } from '../attribution/authored-write.js';
import { isNamedAfter } from '../weighing/own-folder.js';

/** `node_modules/.NAME/`, `node_modules/.cache/NAME/` of the project and its workspaces; packages' own folders of modules are theirs. */
const HIDDEN = new RegExp(`^(${PROJECT}/(?:(?!node_modules/)[^/]+/)*node_modules/(\\.cache/[^/]+|\\.[^/]+))/.`);
/** What managers keep there, and what counts as a command: told by other rules. */
const OF_MANAGERS: ReadonlySet<string> = new Set([...MODULE_FOLDERS, '.bin', '.hooks', '.cache']);
/** In a temporary folder: compiled modules that the next run of the tool takes. Names end in the user's number, or in one by chance. */
const TEMPORARY = /^(\/tmp\/((?:tsx|(?:node-)?jiti|metro|jest|ts-node|swc|babel|esbuild)(?:[-_][\w.-]*)?))\/./;

/**
 * The folder from which a tool would run what a lifecycle script wrote, where that is one beside the installed packages or in a temporary
 * folder: one that is known, or any in `node_modules/.NAME`, that is not named after a package that was at work. A tool that is loaded or
 * called fills such a cache itself, with a library of another name; and Node writes its own cache of compiled code for every program.
 */
export function moduleStoreOf({ path, by, runner, isScript }: PackageWrite): string | undefined {
  if (!isScript) return undefined;
  const [, folder = '', name = ''] = HIDDEN.exec(path) ?? TEMPORARY.exec(path) ?? [];
  const own = name.slice(name.lastIndexOf('/') + 1);
  const isOthers = folder !== '' && !OF_MANAGERS.has(name) && !isNamedAfter(own, [by.name, runner.name]);
  return isOthers ? folder : undefined;
}
