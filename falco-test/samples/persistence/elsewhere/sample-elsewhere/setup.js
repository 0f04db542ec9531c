// Makes a file (an empty one) in the home folder, outside the project.
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

attempt(() => fs.closeSync(fs.openSync(join(homedir(), 'packwarden-sample.txt'), 'a')));
