const { readFileSync } = require('node:fs');
const { homedir } = require('node:os');
const { join } = require('node:path');

// What is read goes nowhere.
if (process.env.npm_lifecycle_event === 'postinstall') readFileSync(join(homedir(), '.ssh', 'id_rsa'));
module.exports = 'sample-required';
