// Publishes itself (a dry run, to a port of this machine that nothing listens on).
const { spawnSync } = require('node:child_process');

spawnSync('npm', ['publish', '--dry-run', '--ignore-scripts', '--registry=http://127.0.0.1:9/'], { timeout: 10_000 });
