// Tries to open the kernel's core pattern for writing, and writes nothing.
const fs = require('node:fs');

function attempt(action) {
  try {
    action();
  } catch {
    // Malware does not complain either.
  }
}

attempt(() => fs.closeSync(fs.openSync('/proc/sys/kernel/core_pattern', 'a')));
