// Lists what a package manager has put into a project's node_modules folders, before any code of a package has run:
// `node list.mjs PROJECT MANAGER REGISTRY @SCOPE=REGISTRY…`. Prints JSON lines, which `src/sandbox/packages/package-list.ts` reads: the
// project first, then each package, and `{"disagreement": "…"}` where the manager's own record and the disk do not agree.
import { linesFor } from './listing/lines.mjs';

// In one write, because the engine transfers each write separately.
const lines = [...linesFor(process.argv.slice(2))];
process.stdout.write(lines.map((line) => `${line}\n`).join(''));
