#!/usr/bin/env node
// Runs the script it is given, as ts-node and its like do.
const { spawnSync } = require('node:child_process');
spawnSync(process.execPath, [process.argv[2]], { stdio: 'inherit' });
