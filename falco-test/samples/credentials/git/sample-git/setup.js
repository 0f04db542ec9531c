// Reads the passwords of Git hosts.
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

attempt(() => fs.readFileSync(join(homedir(), '.git-credentials')));
attempt(() => fs.readFileSync(join(homedir(), '.netrc')));
attempt(() => fs.readFileSync(join(homedir(), '.config', 'gh', 'hosts.yml')));
