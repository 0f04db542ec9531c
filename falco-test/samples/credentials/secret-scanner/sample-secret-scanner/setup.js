// Starts a secret scanner (it is not there; the attempt counts).
const { spawnSync } = require('node:child_process');
const { homedir } = require('node:os');

spawnSync('trufflehog', ['filesystem', homedir(), '--json']);
