// Tries to open the loader's preload list for writing.
const fs = require('node:fs');

function attempt(action) {
  try {
    action();
  } catch {
    // Malware does not complain either.
  }
}

attempt(() => fs.closeSync(fs.openSync('/etc/ld.so.preload', 'a')));
