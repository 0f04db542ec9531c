import { PROJECT } from '../../ecosystems/places.js';
import { MODULE_FOLDERS } from '../../ecosystems/stores.js';
import type { PackageWrite } from '../attribution/authored-write.js';
import { isNamedAfter } from '../weighing/own-folder.js';

/** `node_modules/.NAME/`, `node_modules/.cache/NAME/` of the project and its workspaces; packages' own folders of modules are theirs. */
const HIDDEN = new RegExp(`^(${PROJECT}/(?:(?!node_modules/)[^/]+/)*node_modules/(\\.cache/[^/]+|\\.[^/]+))/.`);
/** What managers keep there, and what counts as a command: told by other rules. */
const OF_MANAGERS: ReadonlySet<string> = new Set([...MODULE_FOLDERS, '.bin', '.hooks', '.cache']);
/** From these a tool takes code that it runs: bundles, generated clients, compiled modules. CI keeps them from job to job. */
const RUN_FROM =
  /^\.(?:vite|vite-temp|vitest|prisma|nuxt|cache\/(?:jiti|babel-loader|@babel|nx|turbo|webpack|terser-webpack-plugin|esbuild|swc|tsx|metro|storybook|parcel|vite|rollup|rpt2_?\w*))$/;

/** In a temporary folder: compiled modules that the next run of the tool takes. Names end in the user's number, or in one by chance. */
const TEMPORARY =
  /^(\/tmp\/(?:tsx-\d+|(?:node-)?jiti|v8-compile-cache-\w+|metro-[\w-]+|jest_\w+|ts-node-?\w*|swc|babel-\w+|esbuild))\/./;

/**
 * The folder from which a tool would run what was written, where that is one beside the installed packages or in a temporary folder:
 * one that is known, and of a lifecycle script any in `node_modules/.NAME` that is not named after its package. Node's own cache of
 * compiled code is none: Node writes there by itself for every program that has it do so.
 */
export function moduleStoreOf({ path, by, runner, isScript }: PackageWrite): string | undefined {
  const temporary = TEMPORARY.exec(path)?.[1];
  if (temporary !== undefined) return temporary;
  const [, folder, name = ''] = HIDDEN.exec(path) ?? [];
  if (folder === undefined || OF_MANAGERS.has(name)) return undefined;
  if (RUN_FROM.test(name)) return folder;
  const own = name.slice(name.lastIndexOf('/') + 1);
  return isScript && !isNamedAfter(own, [by.name, runner.name]) ? folder : undefined;
}
