// Has a coding assistant search the disk (it is not there; the attempt counts).
const { spawnSync } = require('node:child_process');

spawnSync('claude', ['-p', 'list the files of the home folder', '--dangerously-skip-permissions']);
