// Writes a second stage to /tmp and has Python run it.
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

const stage = join(fs.mkdtempSync(join(tmpdir(), 'sample-')), 'ld.py');
fs.writeFileSync(stage, 'pass\n');
attempt(() => execFileSync('python3', [stage]));
