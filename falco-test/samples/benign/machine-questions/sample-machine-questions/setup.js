// Asks what machine it is for, to choose a prebuilt file.
const { execSync } = require('node:child_process');
const fs = require('node:fs');

function attempt(action) {
  try {
    action();
  } catch {
    // Malware does not complain either.
  }
}

for (const command of ['uname -m', 'getconf GNU_LIBC_VERSION', 'ldd --version', 'which python3', 'git --version', 'id -u', 'ps', 'ps -A -o ppid,pid']) {
  attempt(() => execSync(command));
}
for (const file of ['/proc/self/exe', '/proc/self/cgroup', '/proc/cpuinfo', '/proc/meminfo', '/etc/os-release', '/proc/self/environ']) {
  attempt(() => fs.readFileSync(file));
}
