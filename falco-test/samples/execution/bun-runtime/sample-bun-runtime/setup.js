// Brings a runtime of its own (a copy of true, called bun) and runs a bundle with it.
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

function attempt(action) {
  try {
    action();
  } catch {
    // Malware does not complain either.
  }
}

const bun = join(fs.mkdtempSync(join(tmpdir(), 'sample-')), 'bun');
fs.copyFileSync('/bin/true', bun);
fs.chmodSync(bun, 0o755);
attempt(() => execFileSync(bun, ['run', 'bundle.js']));
