// Looks whether it is watched.
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');

function attempt(action) {
  try {
    action();
  } catch {
    // Malware does not complain either.
  }
}

for (const file of ['/.dockerenv', '/proc/1/cgroup', '/proc/self/status']) attempt(() => fs.readFileSync(file));
spawnSync('python3', ['-c', 'import ctypes; ctypes.CDLL(None).ptrace(0, 0, 0, 0)']);
