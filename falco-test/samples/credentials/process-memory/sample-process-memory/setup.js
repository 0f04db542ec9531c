// Opens the memory of the process above it, as the theft of runner secrets in 2025 did, and speaks with its debugger.
const fs = require('node:fs');

function attempt(action) {
  try {
    action();
  } catch {
    // Malware does not complain either.
  }
}

attempt(() => fs.closeSync(fs.openSync(`/proc/${process.ppid}/mem`, 'r')));
attempt(() => fs.readFileSync(`/proc/${process.ppid}/maps`));
require('node:net').connect(9229, '127.0.0.1').on('error', () => {});
