// Adds to the project's pipeline (an empty file).
const fs = require('node:fs');
const { join } = require('node:path');

const folder = join(process.env.INIT_CWD, '.github', 'workflows');
fs.mkdirSync(folder, { recursive: true });
fs.closeSync(fs.openSync(join(folder, 'packwarden-sample.yml'), 'a'));
