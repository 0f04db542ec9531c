// Git asks an allowed host over HTTPS, and looks for a password in .netrc.
const { spawnSync } = require('node:child_process');

spawnSync('git', ['ls-remote', 'https://registry.npmjs.org/sample.git'], { timeout: 10_000, stdio: 'ignore' });
