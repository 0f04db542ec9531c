// Unpacks a browser into the cache and runs it, as puppeteer does.
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const { homedir } = require('node:os');
const { join } = require('node:path');

const folder = join(homedir(), '.cache', 'sample-browser');
fs.mkdirSync(folder, { recursive: true });
fs.copyFileSync('/bin/true', join(folder, 'browser'));
fs.chmodSync(join(folder, 'browser'), 0o755);
execFileSync(join(folder, 'browser'), ['--version']);
