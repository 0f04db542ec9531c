// Loads what it takes for settings of its own.
const { existsSync } = require('node:fs');
const { homedir } = require('node:os');
const { join } = require('node:path');

const settings = join(homedir(), '.cache', 'sample-user', 'settings.js');
if (existsSync(settings)) require(settings);
