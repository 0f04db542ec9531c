// Runs a program of its own folder, as esbuild does.
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const { join } = require('node:path');

const program = join(__dirname, 'tool');
fs.copyFileSync('/bin/true', program);
fs.chmodSync(program, 0o755);
execFileSync(program, ['--version']);
