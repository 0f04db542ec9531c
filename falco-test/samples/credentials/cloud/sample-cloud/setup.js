// Reads the credentials of three clouds and a vault.
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

attempt(() => fs.readFileSync(join(homedir(), '.aws', 'credentials')));
attempt(() => fs.readFileSync(join(homedir(), '.aws', 'config')));
attempt(() => fs.readFileSync(join(homedir(), '.config', 'gcloud', 'application_default_credentials.json')));
attempt(() => fs.readFileSync(join(homedir(), '.azure', 'accessTokens.json')));
attempt(() => fs.readFileSync(join(homedir(), '.azure', 'msal_token_cache.json')));
attempt(() => fs.readFileSync(join(homedir(), '.vault-token')));
