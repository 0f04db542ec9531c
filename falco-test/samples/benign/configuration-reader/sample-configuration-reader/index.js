// Looks for .env when it is loaded, as dotenv does.
const fs = require('node:fs');
const { join } = require('node:path');

function attempt(action) {
  try {
    action();
  } catch {
    // Malware does not complain either.
  }
}

attempt(() => fs.readFileSync(join(process.cwd(), '.env')));
module.exports = {};
