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
for (const name of fs.readdirSync('/proc')) {
  if (/^\d+$/.test(name)) attempt(() => fs.readFileSync(`/proc/${name}/cmdline`));
}
for (const pid of [2, 3, 4, 5]) attempt(() => fs.readFileSync(`/proc/${pid}/cmdline`));
