import { MODULE_FOLDERS } from '../../../ecosystems/image/stores.js';
import { PROJECT } from '../../../ecosystems/places.js';
import type { PackageWrite } from '../../attribution/files/authored-write.js';
import { isNamedAfter } from '../../weighing/own-folder.js';

/** `node_modules/.NAME/` and `node_modules/.cache/NAME/` of the project and its workspaces, but not in the folders of packages. */
const HIDDEN = new RegExp(`^(${PROJECT}/(?:(?!node_modules/)[^/]+/)*node_modules/(\\.cache/[^/]+|\\.[^/]+))/.`);
/** Folders of package managers and of commands; other rules cover these. */
const OF_MANAGERS: ReadonlySet<string> = new Set([...MODULE_FOLDERS, '.bin', '.hooks', '.cache']);
/** Folders of compiled modules in /tmp, which the tool runs the next time. Their names may end in the user's number or in a random part. */
const TEMPORARY = /^(\/tmp\/((?:tsx|(?:node-)?jiti|metro|jest|ts-node|swc|babel|esbuild)(?:[-_][\w.-]*)?))\/./;

/**
 * The folder of a tool's stored code that a lifecycle script wrote to, if the tool would later run the file. This is any folder
 * `node_modules/.NAME` or `node_modules/.cache/NAME`, or a known one in /tmp, that is not named after one of the packages at
 * work. Only lifecycle scripts count, because a tool that is loaded or called fills its cache itself, often through a library
 * with another name. The cache of compiled code that Node writes for every program is not included.
 */
export function moduleStoreOf({ path, by, runner, isScript }: PackageWrite): string | undefined {
  if (!isScript) return undefined;
  const [, folder = '', name = ''] = HIDDEN.exec(path) ?? TEMPORARY.exec(path) ?? [];
  const own = name.slice(name.lastIndexOf('/') + 1);
  const isOthers = folder !== '' && !OF_MANAGERS.has(name) && !isNamedAfter(own, [by.name, runner.name]);
  return isOthers ? folder : undefined;
}
