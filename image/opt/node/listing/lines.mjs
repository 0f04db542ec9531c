// What `list.mjs` prints.
import { realpathSync } from 'node:fs';
import { bun } from './bun.mjs';
import { commandsOf } from './commands.mjs';
import { list } from './compare.mjs';
import { npm } from './npm.mjs';
import { registriesOf } from './origin.mjs';
import { pnpm } from './pnpm.mjs';
import { yarnBerry } from './yarn-berry.mjs';
import { yarnClassic } from './yarn-classic.mjs';

/** @type {Readonly<Record<string, import('./types.d.ts').ManagerTraits>>} */
const MANAGERS = { npm, pnpm, bun, 'yarn-classic': yarnClassic, 'yarn-berry': yarnBerry };

/**
 * The lines for a project. Throws RangeError for a manager whose record is not known.
 * @param {readonly string[]} args project, manager, the default registry, `@scope=REGISTRY` for others
 */
export function linesFor([project = '', manager = '', ...registries]) {
  const traits = MANAGERS[manager];
  if (traits === undefined) throw new RangeError(`no package manager ${manager}`);
  const { lines, disagreements } = list(realpathSync(project), traits, registriesOf(registries));
  const words = disagreements.map((disagreement) => ({ disagreement }));
  return [...lines, ...commandsOf(lines), ...words].map((line) => JSON.stringify(line));
}
