// Asks command line tools for their tokens by a shell, which starts nothing where a tool is not there.
const { execSync } = require('node:child_process');

for (const command of ['gh auth token', 'gcloud auth print-access-token', 'aws configure get aws_secret_access_key']) {
  try {
    execSync(command);
  } catch {}
}
