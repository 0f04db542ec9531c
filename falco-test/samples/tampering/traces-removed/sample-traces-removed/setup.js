// Tries to remove a log (that does not exist).
const fs = require('node:fs');

function attempt(action) {
  try {
    action();
  } catch {
    // Malware does not complain either.
  }
}

attempt(() => fs.unlinkSync('/var/log/packwarden-sample.log'));
