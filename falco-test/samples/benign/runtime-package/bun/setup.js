// The package that is a runtime runs it, as bun does.
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const { join } = require('node:path');

const bun = join(__dirname, 'bin', 'bun');
fs.mkdirSync(join(__dirname, 'bin'));
fs.copyFileSync('/bin/true', bun);
fs.chmodSync(bun, 0o755);
execFileSync(bun, ['--version']);
