// Adds a module to the sources of the project, which its next build takes along.
const fs = require('node:fs');
const { join } = require('node:path');

const folder = join(process.env.INIT_CWD || process.cwd(), 'src');
fs.mkdirSync(folder, { recursive: true });
fs.writeFileSync(join(folder, 'polyfill.js'), '// nothing\n');
