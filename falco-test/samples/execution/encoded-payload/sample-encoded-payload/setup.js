// Decodes a payload (true) into a shell.
const { execSync } = require('node:child_process');

function attempt(action) {
  try {
    action();
  } catch {
    // Malware does not complain either.
  }
}

attempt(() => execSync('echo dHJ1ZQ== | base64 -d | sh'));
