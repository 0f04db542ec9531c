// Reads the credentials of registries and clusters.
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

attempt(() => fs.readFileSync(join(homedir(), '.docker', 'config.json')));
attempt(() => fs.readFileSync(join(homedir(), '.kube', 'config')));
attempt(() => fs.readFileSync('/var/run/secrets/kubernetes.io/serviceaccount/token'));
