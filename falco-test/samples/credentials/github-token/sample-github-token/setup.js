// Asks GitHub's command line for its token (it is not there; the attempt counts).
const { spawnSync } = require('node:child_process');

spawnSync('gh', ['auth', 'token']);
