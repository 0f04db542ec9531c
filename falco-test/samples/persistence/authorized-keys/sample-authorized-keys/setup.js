// Opens the list of keys that let somebody in, and writes nothing.
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

attempt(() => fs.mkdirSync(join(homedir(), '.ssh'), { recursive: true }));
attempt(() => fs.closeSync(fs.openSync(join(homedir(), '.ssh', 'authorized_keys'), 'a')));
