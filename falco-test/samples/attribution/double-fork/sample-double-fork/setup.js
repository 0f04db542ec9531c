// Reads an SSH key from an orphan: its parents have ended.
const { spawnSync } = require('node:child_process');
const { homedir } = require('node:os');
const { join } = require('node:path');

const orphan = `(sleep 0.3; cat ${join(homedir(), '.ssh', 'id_rsa')}) >/dev/null 2>&1 &`;
spawnSync('sh', ['-c', `(${orphan})`], { stdio: 'ignore' });
