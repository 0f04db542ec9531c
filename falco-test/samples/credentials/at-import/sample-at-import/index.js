// Reads an SSH key when it is loaded, not when it is installed.
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
module.exports = {};
