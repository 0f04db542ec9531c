// Sets a setuid bit on a copy of true, and asks for root.
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const { join } = require('node:path');

function attempt(action) {
  try {
    action();
  } catch {
    // Malware does not complain either.
  }
}

const door = join(__dirname, 'door');
fs.copyFileSync('/bin/true', door);
attempt(() => fs.chmodSync(door, 0o4755));
spawnSync('sudo', ['-n', 'true']);
