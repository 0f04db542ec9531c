// Removes files of the home folder (that it made itself).
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const { homedir } = require('node:os');
const { join } = require('node:path');

function attempt(action) {
  try {
    action();
  } catch {
    // Malware does not complain either.
  }
}

const folder = join(homedir(), 'packwarden-sample');
fs.mkdirSync(folder, { recursive: true });
for (const name of ['a', 'b']) fs.writeFileSync(join(folder, name), name);
attempt(() => execFileSync('shred', ['-u', join(folder, 'a')]));
fs.rmSync(folder, { recursive: true });
