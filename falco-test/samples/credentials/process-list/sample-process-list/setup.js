// Lists all processes with their environments.
const { execSync } = require('node:child_process');

function attempt(action) {
  try {
    action();
  } catch {
    // Malware does not complain either.
  }
}

attempt(() => execSync('ps axeww'));
