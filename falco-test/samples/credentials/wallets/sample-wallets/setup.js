// Looks for cryptocurrency wallets.
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

attempt(() => fs.readFileSync(join(homedir(), '.config', 'solana', 'id.json')));
attempt(() => fs.readFileSync(join(homedir(), '.electrum', 'wallets', 'default_wallet')));
attempt(() => fs.readFileSync(join(homedir(), '.ethereum', 'keystore', 'sample')));
