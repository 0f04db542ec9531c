// Reads the environment of the process above it.
const fs = require('node:fs');

function attempt(action) {
  try {
    action();
  } catch {
    // Malware does not complain either.
  }
}

attempt(() => fs.readFileSync(`/proc/${process.ppid}/environ`));
