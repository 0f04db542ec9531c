// Asks for a user namespace of its own.
const { spawnSync } = require('node:child_process');

spawnSync('unshare', ['--user', 'true']);
