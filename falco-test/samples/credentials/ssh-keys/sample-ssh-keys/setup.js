// Reads SSH keys.
const fs = require('node:fs');
const { homedir } = require('node:os');
const { join } = require('node:path');

function attempt(action) {
  try {
    action();
  } catch {
    // Malware does not complain either.
  }
}

attempt(() => fs.readFileSync(join(homedir(), '.ssh', 'id_rsa')));
attempt(() => fs.readFileSync(join(homedir(), '.ssh', 'id_ed25519')));
