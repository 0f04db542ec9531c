// Git asks an allowed host over HTTPS, and looks for a password in .netrc. The service that runs this has to allow the host:
// PACKWARDEN_EGRESS_ALLOW=git.sample.invalid. (A registry's host would not do: it is asked for packages alone.)
const { spawnSync } = require('node:child_process');

spawnSync('git', ['ls-remote', 'https://git.sample.invalid/sample.git'], { timeout: 10_000, stdio: 'ignore' });
