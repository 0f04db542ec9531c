// Looks through the home folder for keys and .env files.
const { execFileSync } = require('node:child_process');
const { homedir } = require('node:os');

function attempt(action) {
  try {
    action();
  } catch {
    // Malware does not complain either.
  }
}

attempt(() => execFileSync('find', [homedir(), '-maxdepth', '2', '-name', 'id_rsa', '-o', '-name', '*.pem', '-o', '-name', '.env']));
