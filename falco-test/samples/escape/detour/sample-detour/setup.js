// Reads the password database by a detour through /proc.
const fs = require('node:fs');

function attempt(action) {
  try {
    action();
  } catch {
    // Malware does not complain either.
  }
}

attempt(() => fs.readFileSync('/proc/self/root/etc/shadow'));
