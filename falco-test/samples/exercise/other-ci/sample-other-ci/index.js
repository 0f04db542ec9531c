// Acts where the project is deployed, and nowhere else.
const { readFileSync } = require('node:fs');
const { homedir } = require('node:os');
const { join } = require('node:path');

if (process.env.NODE_ENV === 'production' && process.env.VERCEL) {
  try {
    readFileSync(join(homedir(), '.ssh/id_rsa'));
  } catch {
    // There is none.
  }
}
