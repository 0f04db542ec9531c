// Makes a user service (an empty one).
const fs = require('node:fs');
const { homedir } = require('node:os');
const { join } = require('node:path');

const folder = join(homedir(), '.config', 'systemd', 'user');
fs.mkdirSync(folder, { recursive: true });
fs.closeSync(fs.openSync(join(folder, 'packwarden-sample.service'), 'a'));
