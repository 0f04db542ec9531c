// Tries to make a scheduled job (an empty one).
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');

function attempt(action) {
  try {
    action();
  } catch {
    // Malware does not complain either.
  }
}

attempt(() => fs.closeSync(fs.openSync('/etc/cron.d/packwarden-sample', 'a')));
spawnSync('crontab', ['-l']);
