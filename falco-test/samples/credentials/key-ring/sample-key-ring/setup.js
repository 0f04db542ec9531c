// Reads GnuPG's key ring.
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

attempt(() => fs.readFileSync(join(homedir(), '.gnupg', 'pubring.kbx')));
attempt(() => fs.readFileSync(join(homedir(), '.gnupg', 'private-keys-v1.d', 'sample.key')));
attempt(() => fs.readFileSync(join(homedir(), '.password-store', 'sample.gpg')));
