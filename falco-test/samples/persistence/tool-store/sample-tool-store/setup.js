// Puts a harmless file where corepack keeps the package managers that it runs.
const fs = require('node:fs');
const { homedir } = require('node:os');
const { join } = require('node:path');

const folder = join(homedir(), '.cache', 'node', 'corepack', 'v1', 'pnpm', '9.0.0', 'bin');
fs.mkdirSync(folder, { recursive: true });
fs.writeFileSync(join(folder, 'pnpm.cjs'), '// nothing\n');
