// Reads the tokens of coding assistants.
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

attempt(() => fs.readFileSync(join(homedir(), '.claude', '.credentials.json')));
attempt(() => fs.readFileSync(join(homedir(), '.codex', 'auth.json')));
attempt(() => fs.readFileSync(join(homedir(), '.gemini', 'oauth_creds.json')));
