const { readFileSync } = require('node:fs');
const { homedir } = require('node:os');
const { join } = require('node:path');

// What is read goes nowhere.
if (/sample-caller/.test(module.parent?.filename ?? '')) readFileSync(join(homedir(), '.ssh', 'id_rsa'));
module.exports = 'sample-called';
