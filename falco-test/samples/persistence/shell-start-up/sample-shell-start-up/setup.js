// Opens a shell's start-up file for writing, and writes nothing.
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

attempt(() => fs.closeSync(fs.openSync(join(homedir(), '.bashrc'), 'a')));
attempt(() => fs.closeSync(fs.openSync(join(homedir(), '.zshrc'), 'a')));
