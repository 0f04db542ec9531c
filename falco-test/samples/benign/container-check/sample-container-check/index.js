// Looks whether it is in a container, as is-docker does.
const fs = require('node:fs');

function attempt(action) {
  try {
    action();
  } catch {
    // Malware does not complain either.
  }
}

attempt(() => fs.readFileSync('/.dockerenv'));
module.exports = {};
