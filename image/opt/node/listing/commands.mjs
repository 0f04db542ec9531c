// Which files the commands in node_modules/.bin folders lead to. Recorded before any code of a package has run, so that a command
// that a script finds in its PATH can be recognised as another package's.
import { dirname, join } from 'node:path';
import { entriesOf, readText, realPathOf } from './files.mjs';

/** @typedef {{command: string, file: string}} Command */

const MAX_COMMANDS = 20_000;
const MAX_SHIM_BYTES = 16 * 1024;
const MAX_PATH_CHARS = 1024;

/** What a shell script that stands for a link (pnpm's, by @zkochan/cmd-shim) hands over to: the last `"$basedir/…"` of it. */
const SHIM_TARGET = /"\$basedir\/([^"$]+)"/g;

/**
 * The commands beside these packages, each with its file, links resolved.
 * @param {readonly {realPath: string}[]} packages @returns {Command[]}
 */
export function commandsOf(packages) {
  const folders = new Set(packages.map(({ realPath }) => join(realPath, 'node_modules')));
  const [project] = packages;
  // Where pnpm puts the commands of what is hoisted for packages only.
  if (project !== undefined) folders.add(join(project.realPath, 'node_modules/.pnpm/node_modules'));
  /** @type {Command[]} */
  const commands = [];
  for (const folder of folders) {
    for (const { name } of entriesOf(join(folder, '.bin'))) {
      if (commands.length >= MAX_COMMANDS) return commands;
      const command = join(folder, '.bin', name);
      const file = fileOf(command);
      if (file !== undefined && file.length < MAX_PATH_CHARS && command.length < MAX_PATH_CHARS) {
        commands.push({ command, file });
      }
    }
  }
  return commands;
}

/** @param {string} command */
function fileOf(command) {
  const real = realPathOf(command);
  if (
    real === undefined ||
    real !== join(realPathOf(dirname(command)) ?? '', command.slice(command.lastIndexOf('/')))
  ) {
    return real;
  }
  const target = [...(readText(command, MAX_SHIM_BYTES) ?? '').matchAll(SHIM_TARGET)].at(-1)?.[1];
  return target === undefined ? real : realPathOf(join(dirname(command), target));
}
