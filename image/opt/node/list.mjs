// Lists what a package manager has put into a project's node_modules folders, before any code of a package has run:
// `node list.mjs PROJECT MANAGER REGISTRY @SCOPE=REGISTRY…`. Prints JSON lines, which `src/sandbox/package-list.ts` reads: the
// project first, then each package, and `{"disagreement": "…"}` where the manager's own record and the disk do not agree.
import { realpathSync } from 'node:fs';
import { bun } from './listing/bun.mjs';
import { list } from './listing/compare.mjs';
import { npm } from './listing/npm.mjs';
import { registriesOf } from './listing/origin.mjs';
import { pnpm } from './listing/pnpm.mjs';
import { yarnBerry } from './listing/yarn-berry.mjs';
import { yarnClassic } from './listing/yarn-classic.mjs';

/** @type {Readonly<Record<string, import('./listing/types.d.ts').ManagerTraits>>} */
const MANAGERS = { npm, pnpm, bun, 'yarn-classic': yarnClassic, 'yarn-berry': yarnBerry };

const [project = '', manager = '', ...registries] = process.argv.slice(2);
const traits = MANAGERS[manager];
if (traits === undefined) throw new RangeError(`no package manager ${manager}`);

const { lines, disagreements } = list(realpathSync(project), traits, registriesOf(registries));
for (const line of [...lines, ...disagreements.map((disagreement) => ({ disagreement }))]) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
