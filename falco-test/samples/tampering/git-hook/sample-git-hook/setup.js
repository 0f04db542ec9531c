// Writes a Git hook (an empty one).
const fs = require('node:fs');
const { join } = require('node:path');

const folder = join(process.env.INIT_CWD, '.git', 'hooks');
fs.mkdirSync(folder, { recursive: true });
fs.closeSync(fs.openSync(join(folder, 'post-commit'), 'a'));
