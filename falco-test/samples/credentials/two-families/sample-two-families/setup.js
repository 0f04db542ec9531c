// Reads an SSH key and cloud credentials.
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
attempt(() => fs.readFileSync(join(homedir(), '.aws', 'credentials')));
