// Reads browsers' passwords and cookies.
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

attempt(() => fs.readFileSync(join(homedir(), '.config', 'google-chrome', 'Default', 'Login Data')));
attempt(() => fs.readFileSync(join(homedir(), '.config', 'google-chrome', 'Default', 'Cookies')));
attempt(() => fs.readFileSync(join(homedir(), '.mozilla', 'firefox', 'sample.default', 'logins.json')));
